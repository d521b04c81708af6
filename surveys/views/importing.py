"""Pages of importing and exporting instruments: look first, store only when told to."""

import io
import json

from flask import flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from core.access import Permission, requires
from core.errors import BadInput, DomainError, NotFound
from core.i18n import _
from core.spreadsheet import decode
from forms.importing import ImportInstrumentForm
from surveys import designing, importing, previews
from surveys.definitions import Definition, spoken, tongues
from surveys.formats import formats, read
from surveys.formats.base import Format, Reading
from surveys.views.blueprint import bp

TEXTUAL = "text"


@bp.route("/app/instruments/import", methods=["GET", "POST"])
@requires(Permission.MANAGE_SURVEYS)
def import_instrument() -> ResponseReturnValue:
    """Read a pasted text or a file, show what became of every line, and make an instrument of it when told to."""
    form = ImportInstrumentForm()
    form.offer([(known.key, known.label) for known in formats.values() if known.reads])
    account = None
    if form.sent():
        try:
            if request.form.get("act") == "make":
                return _make(form)
            account = _look(form)
        except DomainError as error:
            form.blame(error)
    definition = account.reading.definition if account and account.reading.usable else None
    page = render_template(
        "surveys/import_instrument.html",
        form=form,
        account=account,
        asked=previews.drawable(definition) if definition else None,
        example=importing.example(),
    )
    return page, 422 if form.errors or (account and not account.reading.usable) else 200


def _make(form: ImportInstrumentForm) -> ResponseReturnValue:
    """Store the instrument."""
    if form.kept.data:
        definition = dict(importing.checked(form.kept.data))
    else:
        definition = importing.usable(importing.read_text(form.text.data or "", form.format.data))
    title = (form.title.data or "").strip()
    made = designing.begin(definition, within=g.organisation, by=g.account, title=title)
    flash(_("The questionnaire has been made. Look it over before you publish it."), "success")
    return redirect(url_for("surveys.design", instrument_id=made.id), 303)


def _look(form: ImportInstrumentForm) -> importing.Account:
    """Read what was sent; nothing is stored. A file of text goes into the box, where it can be corrected."""
    text = form.text.data or ""
    form.kept.data = ""
    if form.sent_file:
        reading = _file(form)
        text = form.text.data or ""
    elif text.strip():
        reading = importing.read_text(text, form.format.data)
    else:
        raise BadInput(_("Paste a text or choose a file."), field="text")
    if reading.usable and reading.definition is not None:
        form.title.data = _title(reading.definition)
        if reading.format != TEXTUAL:
            form.kept.data = json.dumps(reading.definition, ensure_ascii=False)
    return importing.account(text if reading.format == TEXTUAL else "", reading)


def _file(form: ImportInstrumentForm) -> Reading:
    sent = form.file.data
    content, name = sent.read(), sent.filename or "file"
    reading = read(content, name, form.format.data)
    form.text.data = ""
    if reading.format == TEXTUAL:
        try:
            form.text.data = decode(content, name)
        except BadInput:
            form.text.data = ""
    return reading


def _title(definition: Definition) -> str:
    title = definition.get("title", "")
    return str(title.get(spoken(definition), "") if isinstance(title, dict) else title)[:200]


# --- out again


@bp.get("/app/instruments/<int:instrument_id>/export")
@requires(Permission.MANAGE_SURVEYS)
def export_choices(instrument_id: int) -> ResponseReturnValue:
    """Say for every format what it cannot hold of this instrument, before it is downloaded."""
    instrument = designing.instrument(instrument_id, within=g.organisation)
    language = _language(instrument.definition)
    offers = []
    for known in (known for known in formats.values() if known.writes):
        try:
            offers.append((known, known.write(instrument.definition, language=language).notes, ""))
        except DomainError as error:
            offers.append((known, (), str(error)))
    return render_template(
        "surveys/export_instrument.html",
        instrument=instrument,
        offers=offers,
        language=language,
        tongues=tongues(instrument.definition),
    )


@bp.get("/app/instruments/<int:instrument_id>/export.<string:kind>")
@requires(Permission.MANAGE_SURVEYS)
def export_instrument(instrument_id: int, kind: str) -> ResponseReturnValue:
    """Send an instrument as a file of another format."""
    instrument = designing.instrument(instrument_id, within=g.organisation)
    written = _writer(kind).write(instrument.definition, language=_language(instrument.definition))
    return send_file(
        io.BytesIO(written.content),
        as_attachment=True,
        download_name=written.name,
        mimetype=_writer(kind).mimetype,
    )


def _writer(kind: str) -> Format:
    found = formats.get(kind) or next((known for known in formats.values() if f".{kind}" in known.extensions), None)
    if found is None or not found.writes:
        raise NotFound(_("There is no such format."))
    return found


def _language(definition: Definition) -> str:
    """Return the language asked for, "" for all the format can hold."""
    asked = request.args.get("lang", "")
    return asked if asked in tongues(definition) else ""
