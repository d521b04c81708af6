"""The respondent's pages as bytes: the blank sheet is drawn once per process, survey and language.

They are drawn straight from the template environment: no session, no cookie, nothing of the request in them. Where
everybody with the link may answer, each page carries a right of its own (a nonce): it is put between two cached halves.
"""

import gzip
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import current_app, url_for

from core.i18n import HTML_LANG, LANGUAGES, speaking
from core.terms import Access, Secrecy
from forms.questionnaire import CODE, PADDING, Questionnaire
from questions import piping
from surveys import ballots, browser
from surveys.queries import PublicSurvey
from surveys.questionnaires import Ready, ready_by_id

GZIP = 16 + zlib.MAX_WBITS
SLOT = "[a nonce stands here]"
RECEIPT_SLOTS = ("[a leaf stands here]", "[a signature stands here]", "[a fingerprint stands here]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page, plain and compressed; it holds nothing secret, so compressing it gives nothing away."""

    plain: bytes
    gzipped: bytes


@dataclass(frozen=True, slots=True)
class Halves:
    """A page around a nonce: what stands before it, also compressed (`packer` goes on from there), and what after."""

    before: bytes
    after: bytes
    packed: bytes
    packer: Any

    def around(self, nonce: str) -> Sheet:
        """Return the page with a nonce in it."""
        rest = nonce.encode() + self.after
        packer = self.packer.copy()
        return Sheet(self.before + rest, self.packed + packer.compress(rest) + packer.flush())


def blank(survey: PublicSurvey, language: str) -> Sheet:
    """Return the empty questionnaire."""
    cache = current_app.extensions.setdefault("sheets", {})
    sheet = cache.get((survey.public_id, language))
    if sheet is None:
        asked = ready_by_id(survey.version_id, language)
        page = _questionnaire(survey, asked, Questionnaire(asked.fields, asked.items), SLOT)
        sheet = cache[survey.public_id, language] = _cached(page)
    return sheet.around(ballots.nonce()) if isinstance(sheet, Halves) else sheet


def _cached(page: str) -> Sheet | Halves:
    before, slot, after = page.partition(SLOT)
    if not slot:
        # mtime=0: the compressed page must not tell when it was made.
        return Sheet(page.encode(), gzip.compress(page.encode(), 9, mtime=0))
    packer = zlib.compressobj(9, zlib.DEFLATED, GZIP)
    return Halves(before.encode(), after.encode(), packer.compress(before.encode()), packer)


def returned(survey: PublicSurvey, asked: Ready, form: Questionnaire) -> str:
    """Return the questionnaire as it was sent, with what to look at again."""
    code = form[CODE]
    return _questionnaire(survey, asked, form, code.data if code.data and not code.errors else ballots.nonce())


@dataclass(frozen=True, slots=True)
class Told:
    """A receipt as it is shown: the ballot's leaf, the server's signature under it, the fingerprint of the manifest."""

    leaf: str
    signature: str
    fingerprint: str


def note(kind: str, public_id: str, language: str, *, clear: bool = False, told: Told | None = None) -> str:
    """Return a page with one thing to say: "thanks", "taken", "sent", "closed", "unknown".

    "taken": the code was used before; "sent": the page was. `clear` ends the device's draft; `told`: the
    receipt of a ballot the server made for a slip.
    """
    return _draw("surveys/note.html", public_id, language, kind=kind, clear=clear, told=told)


def thanks(public_id: str, language: str, told: Told) -> str:
    """Return the page that says thanks and tells a receipt; drawn once, for the receipt is put in last."""
    cache = current_app.extensions.setdefault("thanks", {})
    page = cache.get((public_id, language))
    if page is None:
        page = cache[public_id, language] = note("thanks", public_id, language, clear=True, told=Told(*RECEIPT_SLOTS))
    for slot, value in zip(RECEIPT_SLOTS, (told.leaf, told.signature, told.fingerprint), strict=True):
        page = page.replace(slot, value)
    return page


def _questionnaire(survey: PublicSurvey, asked: Ready, form: Questionnaire, nonce: str) -> str:
    page = _draw(
        "surveys/respond.html",
        survey.public_id,
        asked.language,
        ready=_filled(asked, form),
        form=form,
        code=form[CODE],
        padding=PADDING,
        definition=browser.known(asked),
        anchored=browser.anchored,
        by_link=survey.access is Access.LINK,
        ballots=survey.manifest is not None and survey.access is Access.CODES,
        scrutineer=survey.scrutineer is not None,
        nonce=nonce,
        rows=survey.secrecy is Secrecy.ROWS,
        closes_on=survey.closes_on,
    )
    return piping.unspanned(page) if asked.piped else page


def _filled(asked: Ready, form: Questionnaire) -> Ready:
    """Return the questionnaire with the answers given so far in its texts, or words that say which are meant."""
    if not asked.piped:
        return asked
    with speaking(asked.language):
        given = piping.answered(asked.items, form.answers)
        meant = piping.announced(asked.items)

        def words(name: str) -> str:
            return given(name) if name in form.answers else meant(name)

        items = {item.name: piping.drawn(item, words) for item in asked.items}
        for name, item in items.items():
            form[name].item = item
        sections = tuple(
            replace(
                section,
                intro=piping.piped(section.intro, words),
                items=tuple(items[item.name] for item in section.items),
            )
            for section in asked.sections
        )
    return replace(asked, sections=sections)


def _draw(template: str, public_id: str, language: str, **given: Any) -> str:
    links: Mapping[str, str] = {
        spoken: url_for("surveys.answer", public_id=public_id, lang=spoken) for spoken in LANGUAGES
    }
    return current_app.jinja_env.get_template(template).render(
        public_id=public_id,
        lang=language,
        html_lang=HTML_LANG[language],
        languages=LANGUAGES,
        links=links,
        **given,
    )
