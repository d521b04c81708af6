"""What is public of a survey: its board, the auditor, what is stored. No cookie, no session, the same for everybody."""

import base64
import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, current_app, g, request, url_for
from flask.typing import ResponseReturnValue

from anonymity import manifest
from anonymity.encoding import canonical, sha256
from core.access import public
from core.errors import NotFound
from core.i18n import HTML_LANG, LANGUAGES, _
from core.settings import ROOT
from core.terms import Access, Channel, Secrecy, Split, SurveyState
from forms.board import BoardForm, CodeForm, ReceiptForm
from surveys import auditing, disclosing, opening, publishing, questionnaires, sheets
from surveys.models import Survey
from surveys.publishing import Counts
from surveys.views.blueprint import bp

SHORT = 16 * 1024  # bytes of a posted receipt or code
SHOWN = 500  # ballots listed in the page itself; more are paged
UNPACKED = 24 * 1024 * 1024  # bytes of the board.json in a file somebody sent: more than so many ballots take
SCRIPTS = (  # of the respondent's pages, the one that makes ballots first
    "ballot.js",
    "collect.js",
    "survey.js",
    "receipt.js",
    "rules.js",
    "answers.js",
    "widgets.js",
    "early.js",
)
FILES = {"board.json": "application/json", "board.zip": "application/zip", "leaves.txt": "text/plain"}

Page = Callable[..., ResponseReturnValue]


def _of_survey(page: Page) -> Page:
    """Hand a page its survey and speak its language; an address that names none gets a page that says so."""

    @wraps(page)
    def found(public_id: str, lang: str = "", **more: Any) -> ResponseReturnValue:
        g.language = lang or "zh"
        try:
            survey = publishing.named(public_id)
        except NotFound:
            return sheets.note("unknown", public_id, g.language), 404
        g.language = lang or survey.version.language
        return page(survey, **more)

    return found


def _draw(template: str, survey: Survey, *, at: str = "surveys.board", **given: Any) -> str:
    """Draw a page straight from the template environment, so that nothing of a session can get into it.

    `at`: the endpoint the same page has in the other language.
    """
    place = {name: given[name] for name in ("page",) if name in given}
    links = {spoken: url_for(at, public_id=survey.public_id, lang=spoken, **place) for spoken in LANGUAGES}
    return current_app.jinja_env.get_template(template).render(
        public_id=survey.public_id,
        title=questionnaires.ready(survey.version, g.language).title,
        lang=g.language,
        html_lang=HTML_LANG[g.language],
        languages=LANGUAGES,
        links=links,
        home=url_for("surveys.board", public_id=survey.public_id, lang=g.language),
        **given,
    )


@bp.get("/b/<public_id>/")
@bp.get("/b/<public_id>/<any(zh,en):lang>")
@public
@_of_survey
def board(survey: Survey) -> ResponseReturnValue:
    """Show the board: before the close only whom and what it will be about, afterwards everything."""
    counts = publishing.counts(survey)
    listed = counts.listed if counts else 0
    return _draw(
        "surveys/board.html",
        survey,
        counts=counts,
        open=survey.state is SurveyState.OPEN,
        known=survey.manifest is not None,
        print=manifest.fingerprint(survey.manifest) if survey.manifest else "",
        closed_on=survey.closed_on,
        invited=publishing.invited(survey),
        by_link=survey.access is Access.LINK,
        doors=_doors(counts) if counts else [],
        leaves=publishing.leaves(survey) if listed <= SHOWN else [],
        leaf_pages=publishing.pages(listed),
        files={name: url_for("surveys.board_file", public_id=survey.public_id, name=name) for name in FILES},
        form=ReceiptForm(formdata=None),
    )


def _doors(counts: Counts) -> list[tuple[str, int | str]]:
    """Return the ways in by their words; those that bear no ballot are told exactly beside them."""
    known = {channel.value: str(channel.label) for channel in Channel} | {opening.DEVICE: _("Phone or computer")}
    apart = {Channel.PAPER.value, Channel.IMPORTED.value}
    return [(known.get(name, name), count) for name, count in sorted(counts.doors.items()) if name not in apart]


@bp.get("/b/<public_id>/<any(zh,en):lang>/leaves/<int:page>")
@public
@_of_survey
def board_leaves(survey: Survey, page: int) -> ResponseReturnValue:
    """List the numbers of a thousand ballots."""
    listed = publishing.leaves(survey, max(page, 1)) if publishing.counts(survey) else []
    if not listed:
        return sheets.note("unknown", survey.public_id, g.language), 404
    counts = publishing.counts(survey)
    return _draw(
        "surveys/board_leaves.html",
        survey,
        at="surveys.board_leaves",
        page=page,
        first=(page - 1) * publishing.PAGE + 1,
        leaves=listed,
        leaf_pages=publishing.pages(counts.listed if counts else 0),
    )


@bp.get("/b/<public_id>/<any('board.json','board.zip','leaves.txt'):name>")
@public
@_of_survey
def board_file(survey: Survey, name: str) -> ResponseReturnValue:
    """Hand out what is published, as a file."""
    try:
        content = {"board.json": _json, "board.zip": publishing.bundle, "leaves.txt": _list}[name](survey)
    except NotFound:
        return sheets.note("unknown", survey.public_id, g.language), 404
    response = Response(content, mimetype=FILES[name])
    if name != "board.json":
        response.headers["Content-Disposition"] = f"attachment; filename={survey.public_id}-{name}"
    return response


def _json(survey: Survey) -> bytes:
    return canonical(publishing.published(survey))


def _list(survey: Survey) -> bytes:
    return "".join(f"{leaf}\n" for leaf in publishing.published(survey)["leaves"]).encode()


@bp.post("/b/<public_id>/<any(zh,en):lang>/receipt")
@public
@_of_survey
def board_receipt(survey: Survey) -> ResponseReturnValue:
    """Say whether a ballot is on the board, for devices that cannot look it up themselves; nothing is written down."""
    request.max_content_length = SHORT
    if publishing.counts(survey) is None:
        return _draw("surveys/board_early.html", survey), 409
    found = ReceiptForm(request.form).pasted()
    kind = publishing.standing_of(survey, found.leaf, found.signature) if found else "malformed"
    return _draw("surveys/board_answer.html", survey, about="receipt", kind=kind), 200 if found else 422


@bp.post("/b/<public_id>/<any(zh,en):lang>/code")
@public
@_of_survey
def board_code(survey: Survey) -> ResponseReturnValue:
    """Say whether a ballot was collected with a code; nothing is written down."""
    request.max_content_length = SHORT
    if publishing.counts(survey) is None:
        return _draw("surveys/board_early.html", survey), 409
    kind = publishing.use_of(survey, CodeForm(request.form).code.data or "")
    return _draw("surveys/board_answer.html", survey, about="code", kind=kind)


@bp.get("/b/<public_id>/audit")
@bp.get("/b/<public_id>/<any(zh,en):lang>/audit")
@public
@_of_survey
def board_audit(survey: Survey) -> ResponseReturnValue:
    """Judge the board as it is published now."""
    counts = publishing.counts(survey)
    if counts is None or counts.many:
        return _audited(survey, None, too_large=counts is not None, counted=counts.listed if counts else 0)
    form = manifest.form_hash(survey.version.definition)
    stored = publishing.stored_answers(survey)
    return _audited(survey, auditing.Reading(survey.public_id, publishing.published(survey), form, stored))


@bp.post("/b/<public_id>/<any(zh,en):lang>/audit")
@public
@_of_survey
def board_judge(survey: Survey) -> ResponseReturnValue:
    """Judge a board somebody kept, of this survey or any other; it is forgotten at once."""
    publishing.let_go()
    try:
        reading = auditing.unpacked(BoardForm().content(), UNPACKED)
    except auditing.Unreadable as error:
        return _audited(survey, None, refused=str(error)), 422
    counted = auditing.ballots(reading)
    if counted > publishing.MANY:
        return _audited(survey, None, too_large=True, counted=counted), 422
    return _audited(survey, reading, uploaded=True)


def _audited(survey: Survey, reading: auditing.Reading | None, **given: Any) -> str:
    verdict = auditing.judge(reading) if reading else None
    told: dict[str, Any] = {"refused": "", "too_large": False, "counted": 0, "uploaded": False}
    return _draw(
        "surveys/audit.html",
        survey,
        at="surveys.board_audit",
        lines=[auditing.line(finding) for finding in verdict.findings] if verdict else [],
        ok=verdict.ok if verdict else False,
        print=auditing.fingerprint(reading.board) if reading else "",
        **told | given,
    )


@bp.get("/b/<public_id>/manifest")
@bp.get("/b/<public_id>/<any(zh,en):lang>/manifest")
@public
@_of_survey
def board_manifest(survey: Survey) -> ResponseReturnValue:
    """Explain the manifest and its fingerprint."""
    if survey.manifest is None:
        return sheets.note("unknown", survey.public_id, g.language), 404
    known = manifest.read(survey.manifest)
    return _draw(
        "surveys/board_manifest.html",
        survey,
        at="surveys.board_manifest",
        known=known,
        print=manifest.fingerprint(known.text),
        mh=known.mh.hex(),
        issue_key=sha256(known.issue_key).hex(),
        receipt_key=sha256(known.receipt_key).hex(),
        scrutineer=known.scrutineer.hex(),
        split=disclosing.split_words(Split(known.split), known.rounds),
        address=url_for("surveys.manifest", public_id=survey.public_id, _external=True),
    )


@bp.get("/b/<public_id>/client")
@bp.get("/b/<public_id>/<any(zh,en):lang>/client")
@public
@_of_survey
def board_client(survey: Survey) -> ResponseReturnValue:
    """Tell how to check the program that makes ballots on people's devices."""
    digests = {name: hashlib.sha384((ROOT / "static" / "js" / name).read_bytes()).digest() for name in SCRIPTS}
    own = digests[SCRIPTS[0]]
    return _draw(
        "surveys/board_client.html",
        survey,
        at="surveys.board_client",
        address=url_for("static", filename=f"js/{SCRIPTS[0]}", v=None, _external=True),
        sha384=own.hex(),
        integrity=f"sha384-{base64.b64encode(own).decode()}",
        scripts=[(name, digest.hex()) for name, digest in digests.items()],
    )


@bp.get("/s/<public_id>/<any(zh,en):lang>/stored")
@public
@_of_survey
def stored(survey: Survey) -> ResponseReturnValue:
    """Show exactly what will be stored of an answer, before it is given."""
    if survey.manifest is None:
        return sheets.note("unknown", survey.public_id, g.language), 404
    known = manifest.read(survey.manifest)
    told = disclosing.disclosed(survey, questionnaires.ready(survey.version, g.language))
    return _draw(
        "surveys/stored.html",
        survey,
        at="surveys.stored",
        known=known,
        told=told,
        rows=survey.secrecy is Secrecy.ROWS,
        print=manifest.fingerprint(known.text),
        survey_page=url_for("surveys.answer", public_id=survey.public_id, lang=g.language),
    )
