"""The words in the `type` column of an XLSForm."""

import difflib
import re
from dataclasses import dataclass

from core.i18n import lazy

SELECTS = {
    "single": (
        "select_one",
        "select one",
        "select1",
        "select one from",
        "select one using",
        "add select one prompt using",
        "q select1",
    ),
    "multi": (
        "select_multiple",
        "select multiple",
        "select all that apply",
        "select all that apply from",
        "select multiple from",
        "select multiple using",
        "add select multiple prompt using",
        "q select",
    ),
    "ranking": ("rank",),
    "file": (
        "select_one_external",
        "select one external",
        "select_one_from_file",
        "select_multiple_from_file",
        "select one from file",
        "select multiple from file",
    ),
}
SELECT = re.compile(
    "^(?P<command>"
    + "|".join(sorted((re.escape(way) for ways in SELECTS.values() for way in ways), key=len, reverse=True))
    + r")\s+(?P<list>\S+)(?:\s+(?P<other>or specify other|or_other|or other))?$",
    re.IGNORECASE,
)
GROUP = re.compile(r"^(?P<edge>begin|end)[ _](?P<what>group|repeat|loop|looped group|lgroup)(?:\s+.*)?$", re.IGNORECASE)
SIMPLE = {
    "text": ("text", "string", "q string", "add text prompt", "phone number"),
    "integer": ("integer", "int", "q int", "add integer prompt"),
    "decimal": ("decimal", "q decimal", "add decimal prompt"),
    "percentage": ("percentage",),
    "month": ("number of days in last month",),
    "half": ("number of days in last six months",),
    "year": ("number of days in last year",),
    "date": ("date", "q date", "add date prompt"),
    "time": ("time",),
    "moment": ("datetime", "date time", "add date time prompt", "q date time", "q datetime", "add datetime prompt"),
    "note": ("note", "q note", "add note prompt"),
    "agree": ("acknowledge", "q acknowledge", "add acknowledge prompt", "trigger"),
    "range": ("range",),
}
PLACE = lazy("Where somebody is cannot be asked; this question was left out.")
MEDIA = lazy("Pictures, sounds and files cannot be handed in; this question was left out.")
CODE = lazy("Barcodes cannot be scanned; this question was left out.")
WORKED = lazy("Calculations are not carried out; this line was left out.")
DEVICE = lazy("This would be taken from the telephone without asking; it is never collected, so it was left out.")
FILES = lazy("Choices in another file cannot be read; this question was left out.")
OUTSIDE: tuple[tuple[object, str], ...] = (
    (
        PLACE,
        "geopoint|gps|location|q location|q geopoint|add location prompt|geoshape|q geoshape|geotrace|q geotrace|osm|"
        "start-geopoint|background-geopoint",
    ),
    (
        MEDIA,
        "image|photo|q image|q picture|add image prompt|add photo prompt|audio|q audio|add audio prompt|video|q video|"
        "add video prompt|file|add file prompt|background-audio|annotate|draw|signature",
    ),
    (CODE, "barcode|q barcode|add barcode prompt"),
    (WORKED, "calculate|q calculate|add calculate prompt|hidden"),
    (
        DEVICE,
        "start|get start time|start time|end|get end time|end time|today|get today|deviceid|device id|get device id|"
        "imei|simserial|sim id|get sim id|subscriberid|subscriber id|get subscriber id|phonenumber|get phone number|"
        "username|email|uri:deviceid|uri:subscriberid|uri:simserial|uri:phonenumber|uri:username|uri:email|audit",
    ),
    (FILES, "xml-external|csv-external"),
)
_SIMPLE = {way: key for key, ways in SIMPLE.items() for way in ways}
_OUTSIDE = {way: reason for reason, ways in OUTSIDE for way in ways.split("|")}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a type cell asks for.

    `kind`: a key of SIMPLE or SELECTS, "begin", "end", "outside" (known, but not to be had here) or "" (unknown).
    """

    kind: str
    list: str = ""
    other: bool = False
    what: str = ""
    reason: object = ""


def asked(text: str) -> Asked:
    """Return what a type cell asks for."""
    plain = re.sub(r"\s+", " ", text).strip()
    lower = plain.lower()
    if group := GROUP.match(plain):
        return Asked(group["edge"].lower(), what="group" if group["what"].lower() == "group" else "repeat")
    if lower in _SIMPLE:
        return Asked(_SIMPLE[lower])
    if lower in _OUTSIDE:
        return Asked("outside", reason=_OUTSIDE[lower])
    if select := SELECT.match(plain):
        command = select["command"].lower()
        kind = next(key for key, ways in SELECTS.items() if command in ways)
        if kind == "file":
            return Asked("outside", reason=FILES)
        return Asked(kind, list=select["list"], other=bool(select["other"]))
    return Asked("")


def nearest(text: str) -> str:
    """Return the known type that is spelt most like an unknown one, or ""."""
    known = [*_SIMPLE, *_OUTSIDE, "select_one", "select_multiple", "rank", "begin_group", "end_group"]
    words = text.lower().split()
    found = difflib.get_close_matches(words[0], known, 1, 0.75) if words else []
    return found[0] if found else ""
