"""Pages of surveys, by what they are for."""

from surveys.views import design, exports, fielding, importing, instruments, keying, respond, results, surveys, trying
from surveys.views.blueprint import bp

__all__ = [
    "bp",
    "design",
    "exports",
    "fielding",
    "importing",
    "instruments",
    "keying",
    "respond",
    "results",
    "surveys",
    "trying",
]
