"""Pages of surveys, by what they are for."""

from surveys.views import (
    board,
    casting,
    design,
    doors,
    exports,
    fielding,
    importing,
    instruments,
    keying,
    kiosk,
    respond,
    results,
    scrutineer,
    surveys,
    trying,
)
from surveys.views.blueprint import bp

# What a respondent or a reader of the board may send: nobody is signed in there.
WITHOUT_SESSION = (
    "respond.answer",
    "kiosk.kiosk",
    "casting.collect",
    "casting.cast",
    "board.board_receipt",
    "board.board_code",
    "board.board_judge",
)

__all__ = [
    "WITHOUT_SESSION",
    "board",
    "bp",
    "casting",
    "design",
    "doors",
    "exports",
    "fielding",
    "importing",
    "instruments",
    "keying",
    "kiosk",
    "respond",
    "results",
    "scrutineer",
    "surveys",
    "trying",
]
