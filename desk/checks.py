"""What only the whole product can look at: fonts of the reports, and the keys of surveys."""

from pathlib import Path

from sqlalchemy import select

from core import doctor
from core.db import db
from core.doctor import Finding, database, machine, trouble, usage
from core.i18n import _, lazy
from core.settings import ROOT, Settings
from core.terms import SurveyState
from surveys import ballots
from surveys.models import Survey

# In the order they are shown; a module adds its checks when it is loaded.
PARTS = (machine, database, usage)
FONTS = ROOT / "reports" / "fonts"
# The faces the official layout names: without them a report is set in something else, or in empty boxes.
WANTED = ("fandol", "arphic-uming", "liberation", "source-serif-4", "source-sans-3")


@doctor.check("fonts", lazy("Fonts"))
def fonts(settings: Settings) -> list[Finding]:
    """Find shipped fonts that are gone."""
    gone = [name for name in WANTED if not faces(FONTS / name)]
    if gone:
        return [
            trouble(
                "fonts",
                what=_("Fonts that came with Xinsheng are missing: %(names)s.", names=", ".join(gone)),
                why=_("Reports are set in other type, and rare characters become empty boxes."),
                do=_("Put the folder %(folder)s back as it was delivered, then restart Xinsheng.", folder=FONTS),
            )
        ]
    return []


def faces(folder: Path) -> list[Path]:
    """Return the font files in a folder, those of no size left out."""
    kinds = {".otf", ".ttf", ".ttc", ".woff2"}
    return [path for path in folder.rglob("*") if path.suffix.lower() in kinds and path.stat().st_size]


@doctor.check("keys", lazy("Keys of open surveys"), needs="database")
def survey_keys(settings: Settings) -> list[Finding]:
    """Find open surveys whose keys are gone: what was answered can no longer be opened."""
    opened = db.session.scalars(select(Survey.id).where(Survey.state == SurveyState.OPEN).order_by(Survey.id)).all()
    db.session.rollback()
    gone = [str(survey_id) for survey_id in opened if not ballots.keys(survey_id).exist()]
    if not gone:
        return []
    return [
        trouble(
            "keys",
            what=_("Open surveys without their keys: number %(numbers)s.", numbers=", ".join(gone)),
            why=_("Nobody can answer them any more, and the answers already given can never be opened."),
            do=_(
                "Bring the folder keys/ back from the machine the survey was opened on; it is in no backup on purpose. "
                "Otherwise discard these surveys and ask again."
            ),
        )
    ]


def all_checks() -> list[str]:
    """Return the keys of every check there is."""
    return list(doctor.CHECKS)
