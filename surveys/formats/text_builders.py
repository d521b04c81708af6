"""The settings of each type, out of what stood below and beside a question."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from core.i18n import _
from surveys.formats import text_wording as wording
from surveys.formats.text_body import unmarked
from surveys.formats.text_draft import Draft, value
from surveys.formats.text_grids import WAY_OUT, blanks, scale_of, several, tree, valued
from surveys.formats.text_hints import title
from surveys.formats.text_lines import BLANK, Mark
from surveys.formats.text_options import option
from surveys.formats.text_scales import Scale, points, span

MOST_POINTS = 11


def _options(draft: Draft) -> dict[str, Any]:
    return {"options": [option(mark, place, draft) for place, mark in enumerate(draft.marks, start=1)]}


def _multi(draft: Draft) -> dict[str, Any]:
    made = _options(draft)
    count = len(made["options"])
    if draft.settings.low and draft.settings.low <= count:
        made["min"] = draft.settings.low
    if draft.settings.high:
        made["max"] = draft.settings.high
    return made


def _yes_no(draft: Draft) -> dict[str, Any]:
    made = _options(draft)["options"]
    if not made:
        return {}
    if len(made) != 2 or any(entry.get("text") for entry in made):
        draft.kind = "single"
        return {"options": made}
    words = [entry["t"] for entry in made]
    return {"yes": words[0], "no": words[1]}


def _ranking(draft: Draft) -> dict[str, Any]:
    made = _options(draft)
    top = draft.settings.extra.get("top") or draft.settings.high
    if top and top < len(made["options"]):
        made["top"] = top
    return made


def _share(draft: Draft) -> dict[str, Any]:
    match = wording.SHARING.search(draft.title)
    told = next((int(group) for group in match.groups() if group), 0) if match else 0
    made = _options(draft)
    sums = [
        re.fullmatch(r"(?:total|sum|合计|总计|共计)\D{0,4}(\d{2,4})?\D{0,4}", e["t"], re.I) for e in made["options"]
    ]
    if sums and sums[-1] and len(sums) > 2:
        made["options"].pop()
        left = draft.marks.pop()
        draft.unneeded.append((left.words, left.line))
        told = told or int(sums[-1][1] or 0)
    for entry in made["options"]:
        entry.pop("text", None)
        entry["t"] = re.sub(r"\s*[$£€¥￥]\s*_*$", "", entry["t"]).strip() or entry["t"]
        entry["t"] = re.sub(r"\s*[:：]?\s*_*\s*[%％分]$", "", entry["t"]).strip() or entry["t"]
    return {**made, "total": draft.settings.extra.get("total") or told or 100}


def _scale(draft: Draft) -> dict[str, Any]:
    found = draft.scale or points(draft.marks)
    if found is None and draft.marks:
        labels = [mark.words for mark in draft.marks]
        if not 2 <= len(labels) <= MOST_POINTS:
            draft.kind = "single"
            draft.notes.append(
                _("A scale has 2 to 11 points; these %(count)s were read as options.", count=len(labels))
            )
            return _options(draft)
        return {"scale": {"min": 1, "max": len(labels), "labels": labels}}
    if found is None:
        draft.notes.append(_("No points were given; a scale from 1 to 5 was taken."))
        found = Scale(1, 5)
    return {"scale": told(_with_help(found, draft))}


def _with_help(scale: Scale, draft: Draft) -> Scale:
    """Name the ends by what stands in the title's help: (1分非常不满意，5分非常满意)."""
    meanings = draft.settings.meanings
    if not scale.labels and meanings:
        numbers = range(scale.low, scale.high + 1)
        if all(number in meanings for number in numbers):
            return Scale(scale.low, scale.high, [meanings[number] for number in numbers])
        if scale.low in meanings and scale.high in meanings:
            return Scale(scale.low, scale.high, [meanings[scale.low], meanings[scale.high]])
        draft.help += [f"{number}={words}" for number, words in meanings.items()]
    if not scale.labels:
        for place, text in enumerate(draft.help):
            ends = re.fullmatch(
                r"(\d{1,2})\s*分?\s*(?:最|为|=|表示|代表"
                r"|是)?\s*([^\d,，;；、]{1,20}?)[,，;；、\s]+(\d{1,3})\s*分?\s*(?:为|="
                r"|表示|代表|是)?\s*([^\d,，;；]{1,20})",
                text,
            )
            if ends and {int(ends[1]), int(ends[3])} == {scale.low, scale.high}:
                pair = [ends[2], ends[4]] if int(ends[1]) == scale.low else [ends[4], ends[2]]
                del draft.help[place]
                return Scale(scale.low, scale.high, pair)
    return scale


def told(scale: Scale) -> dict[str, Any]:
    """Return a scale as definitions write it."""
    made: dict[str, Any] = {"min": scale.low, "max": scale.high}
    if scale.labels and len(scale.labels) in (2, scale.high - scale.low + 1):
        made["labels"] = scale.labels
    return made


def _nps(draft: Draft) -> dict[str, Any]:
    found = _with_help(draft.scale or Scale(0, 10), draft)
    if len(found.labels) == 2:
        return {"scale": told(Scale(0, 10, found.labels))}
    return {}


def _stars(draft: Draft) -> dict[str, Any]:
    count = draft.stars or (draft.scale.high if draft.scale else 0) or len(draft.marks) or 5
    return {"stars": min(max(count, 3), 10)}


def _number(draft: Draft) -> dict[str, Any]:
    made: dict[str, Any] = {
        key: draft.settings.extra[key] for key in ("min", "max", "unit") if key in draft.settings.extra
    }
    made.update(draft.extra)
    if draft.scale is not None:
        made.update({"min": draft.scale.low, "max": draft.scale.high})
    elif draft.settings.points:
        made.update(zip(("min", "max"), draft.settings.points, strict=True))
    elif draft.settings.kind == "slider":
        made.update({"min": 0, "max": 100})
    if draft.settings.kind == "slider":
        draft.notes.append(_("A slider is asked as a number here."))
    return made


def _text(draft: Draft) -> dict[str, Any]:
    most, least = draft.settings.extra.get("max_length"), draft.settings.extra.get("min_length")
    made: dict[str, Any] = {"max_length": most} if most else {}
    if least and draft.kind == "long_text":
        made["min_length"] = least
    if draft.marks:
        draft.notes.append(_("The lines below were read as help, for this type has no options."))
    return made


def _columns(draft: Draft) -> tuple[list[str], Scale | None]:
    if draft.table is not None:
        return draft.table.columns, draft.table.scale
    columns = [mark.words for mark in draft.body.columns]
    if len(columns) == 1 and (found := span(columns[0])):
        return [], found
    return columns, draft.scale or points(draft.body.columns)


def _rows(draft: Draft) -> list[dict[str, str]]:
    listed: Sequence[Mark] = draft.table.rows if draft.table is not None else draft.body.rows
    if not listed:
        listed = [Mark("", unmarked(line.text), line.number) for line in draft.body.entries if not span(line.text)]
        draft.entry_lines = list(draft.body.entries)
    rows = [title(mark.words) for mark in listed]
    return [{"v": value(place), "t": words} for place, words in enumerate(rows, start=1)]


def _matrix(draft: Draft) -> dict[str, Any]:
    columns, scale = _columns(draft)
    rows = _rows(draft)
    if not rows:
        return _empty_table(draft)
    if draft.table is not None and draft.table.signs == {"_"}:
        draft.kind = "matrix_text"
        return _matrix_text(draft)
    if (
        draft.table is not None
        and not draft.settings.kind
        and several(draft.table)
        and draft.settings.high != 1
        and "[" in draft.table.signs
    ):
        draft.kind = "matrix_multi"
        return _matrix_multi(draft)
    if scale is not None and scale.high - scale.low < MOST_POINTS:
        return {"rows": rows, "scale": told(_with_help(scale, draft))}
    if not 2 <= len(columns) <= MOST_POINTS:
        if len(columns) > MOST_POINTS:
            draft.kind = "matrix_multi"
            draft.notes.append(_("A rating grid has at most 11 columns; this one was read as boxes to tick."))
            return _matrix_multi(draft)
        said = next((found for text in draft.help if (found := span(text))), None)
        if said is not None:
            draft.help = [text for text in draft.help if not span(text)]
            return {"rows": rows, "scale": told(said)}
        taken = _with_help(Scale(1, 5), draft)
        if not taken.labels:
            draft.notes.append(_("No columns were given; a scale from 1 to 5 was taken."))
        return {"rows": rows, "scale": told(taken)}
    made, way_out = scale_of(columns)
    return {"rows": rows, "scale": made, **({"allow_na": way_out} if way_out and WAY_OUT.fullmatch(way_out) else {})}


def _empty_table(draft: Draft) -> dict[str, Any]:
    draft.kind = "long_text"
    draft.notes.append(_("A table was announced, but no rows stand below; it was read as a text question."))
    return {}


def _matrix_multi(draft: Draft) -> dict[str, Any]:
    columns, scale = _columns(draft)
    if scale is not None and not columns:
        columns = [str(point) for point in range(scale.low, scale.high + 1)]
    rows = _rows(draft)
    if not rows or not columns:
        return _empty_table(draft)
    return {"rows": rows, "options": [{"v": value(place), "t": words} for place, words in enumerate(columns, start=1)]}


def _matrix_text(draft: Draft) -> dict[str, Any]:
    columns, _scale = _columns(draft)
    rows = _rows(draft)
    if draft.table is not None and len(columns) > 1 and not draft.table.signs - {"_"}:
        draft.notes.append(
            _("Of a table of words only the rows are kept; its columns were: %(columns)s.", columns="、".join(columns))
        )
    return {"rows": rows} if rows else _empty_table(draft)


def _matrix_number(draft: Draft) -> dict[str, Any]:
    columns, scale = _columns(draft)
    rows = _rows(draft)
    if not rows:
        return _empty_table(draft)
    made: dict[str, Any] = {"rows": rows}
    if len(columns) > 1:
        made["columns"] = [{"v": value(place), "t": words} for place, words in enumerate(columns, start=1)]
    made.update({key: draft.settings.extra[key] for key in ("min", "max") if key in draft.settings.extra})
    limits = scale or (Scale(*draft.settings.points) if draft.settings.points else None)
    if limits:
        made.update({"min": limits.low, "max": limits.high})
    return made


def _cascade(draft: Draft) -> dict[str, Any]:
    found = tree(draft.body.entries)
    if found is None:
        draft.kind = "short_text"
        draft.notes.append(
            _("A choice in steps was announced, but its tree is not there; it was read as a text question.")
        )
        return {}
    draft.entry_lines = list(draft.body.entries)
    levels, branches = found
    return {"levels": levels, "tree": valued(branches)}


def _blanks(draft: Draft) -> dict[str, Any]:
    announced = re.match(r"([^:：_{]{4,})[:：]\s*(?=\S)(?=[^:：]*[_{])(?![_{]+\s*[^_{}]{0,14}[:：])(.+)", draft.raw)
    texts = [draft.raw] if BLANK.search(draft.raw) else []
    if announced and len(BLANK.findall(announced[2])) > 1:
        draft.title, texts = announced[1].strip(), [announced[2].strip()]
    lines = [line for line in draft.body.entries if BLANK.search(line.text)]
    bare = [line for line in draft.body.entries if not BLANK.search(line.text)]
    texts += [line.text for line in lines]
    texts += [f"{line.text.rstrip(':：')}：____" for line in bare]
    draft.entry_lines = [*lines, *bare]
    whole = "\n".join(texts)
    names: list[dict[str, Any]] = []
    labels = blanks(whole) or [""]
    behind = re.findall(r"_{2,}\s*([\u4e00-\u9fff]{1,3})(?=\s*(?:_{2,}|[。.]?\s*$))", whole)
    if not labels[0] and len(behind) == len(labels):
        labels = behind

    def name(match: re.Match[str]) -> str:
        place = len(names)
        label = re.sub(r"^\d+\s*[.、．)）]\s*", "", labels[place] if place < len(labels) else "") or str(place + 1)
        kind = (
            "number"
            if wording.COUNT.search(label) or re.match(rf"\s*(?:{wording.UNITS})", whole[match.end() :])
            else "text"
        )
        names.append({"v": value(place + 1), "t": label, "kind": kind})
        return "{" + value(place + 1) + "}"

    text = BLANK.sub(name, whole)
    if not names:
        draft.kind = "short_text"
        return {}
    if BLANK.search(draft.raw):
        bare_title = BLANK.sub("", draft.title).strip(" :：")
        only_labels = re.fullmatch(r"(?:[^_:：]{1,12}[:：]\s*_+[\s,，;；。]*)+", draft.raw.strip())
        if only_labels or not bare_title:
            draft.title = "、".join(entry["t"] for entry in names)
        elif not announced:
            draft.title = draft.raw.strip().rstrip("。.")
        draft.title = re.sub(r"\{_+\}", "____", draft.title)
    return {"title": draft.title, "text": text, "blanks": names}


BUILDERS: dict[str, Callable[[Draft], dict[str, Any]]] = {
    "single": _options,
    "dropdown": _options,
    "multi": _multi,
    "yes_no": _yes_no,
    "ranking": _ranking,
    "constant_sum": _share,
    "scale": _scale,
    "nps": _nps,
    "stars": _stars,
    "number": _number,
    "short_text": _text,
    "long_text": _text,
    "matrix": _matrix,
    "matrix_multi": _matrix_multi,
    "matrix_text": _matrix_text,
    "matrix_number": _matrix_number,
    "cascade": _cascade,
    "blanks": _blanks,
}
