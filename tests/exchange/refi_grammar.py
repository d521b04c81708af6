"""What REFI-QDA 1.0 (qdasoftware.org) lets stand where, for the elements we write: put down from the standard."""

import re
from typing import Any

GUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?"
ANY, NUMBER, COLOUR, TRUTH = r"(?s:.*)", r"-?\d+", "#(?:[0-9A-Fa-f]{6}|[0-9A-Fa-f]{3})", "true|false|0|1"
MANY = 10**9
WRITTEN = {"creatingUser": GUID, "creationDateTime": MOMENT, "modifyingUser": GUID, "modifiedDateTime": MOMENT}

# element: (attributes that must be there, attributes that may, children in order as (name, least, most))
Rule = tuple[dict[str, str], dict[str, str], list[tuple[str, int, int]]]
TEXT: Rule = ({}, {}, [])
CODE: dict[str, Rule] = {
    "Codes": ({}, {}, [("Code", 1, MANY)]),
    "Code": (
        {"guid": GUID, "name": ANY, "isCodable": TRUTH},
        {"color": COLOUR},
        [("Description", 0, 1), ("NoteRef", 0, MANY), ("Code", 0, MANY)],
    ),
    "Description": TEXT,
}
CODEBOOK: dict[str, Rule] = {"CodeBook": ({}, {"origin": ANY}, [("Codes", 1, 1), ("Sets", 0, 1)]), **CODE}
PROJECT: dict[str, Rule] = {
    "Project": (
        {"name": ANY},
        {
            "origin": ANY,
            "creatingUserGUID": GUID,
            "creationDateTime": MOMENT,
            "modifyingUserGUID": GUID,
            "modifiedDateTime": MOMENT,
            "basePath": ANY,
        },
        [
            *((name, 0, 1) for name in ("Users", "CodeBook", "Variables", "Cases", "Sources", "Notes", "Links")),
            *((name, 0, 1) for name in ("Sets", "Graphs", "Description")),
            ("NoteRef", 0, MANY),
        ],
    ),
    "Users": ({}, {}, [("User", 1, MANY)]),
    "User": ({"guid": GUID}, {"name": ANY, "id": ANY}, []),
    "CodeBook": ({}, {}, [("Codes", 1, 1)]),
    **CODE,
    "Variables": ({}, {}, [("Variable", 1, MANY)]),
    "Variable": (
        {"guid": GUID, "name": ANY, "typeOfVariable": "Text|Boolean|Integer|Float|Date|DateTime"},
        {},
        [("Description", 0, 1)],
    ),
    "Sources": ({}, {}, [("TextSource", 1, MANY)]),
    "TextSource": (
        {"guid": GUID},
        {"name": ANY, "richTextPath": ANY, "plainTextPath": ANY, **WRITTEN},
        [
            ("Description", 0, 1),
            ("PlainTextContent", 0, 1),
            ("PlainTextSelection", 0, MANY),
            ("Coding", 0, MANY),
            ("NoteRef", 0, MANY),
            ("VariableValue", 0, MANY),
        ],
    ),
    "PlainTextSelection": (
        {"guid": GUID, "startPosition": NUMBER, "endPosition": NUMBER},
        {"name": ANY, **WRITTEN},
        [("Description", 0, 1), ("Coding", 0, MANY), ("NoteRef", 0, MANY)],
    ),
    "Coding": (
        {"guid": GUID},
        {"creatingUser": GUID, "creationDateTime": MOMENT},
        [("CodeRef", 1, 1), ("NoteRef", 0, MANY)],
    ),
    "CodeRef": ({"targetGUID": GUID}, {}, []),
    "VariableValue": ({}, {}, [("VariableRef", 1, 1), ("TextValue", 0, 1)]),
    "VariableRef": ({"targetGUID": GUID}, {}, []),
    "TextValue": TEXT,
}


def faults(root: Any, grammar: dict[str, Rule], namespace: str) -> list[str]:
    """Return what in a document breaks the rules, each with the element it stands in."""
    found: list[str] = []
    for element in root.iter():
        space, _brace, name = element.tag[1:].partition("}")
        if space != namespace or name not in grammar:
            found.append(f"unknown element {element.tag}")
            continue
        must, may, children = grammar[name]
        found += [f"{name}: no {attribute}" for attribute in must if attribute not in element.attrib]
        for attribute, text in element.attrib.items():
            pattern = {**must, **may}.get(attribute)
            if pattern is None or not re.fullmatch(pattern, text):
                found.append(f"{name}: {attribute}={text!r}")
        names = [child.tag.partition("}")[2] for child in element]
        order = [child for child, _least, _most in children]
        if [one for one in names if one not in order] or names != sorted(names, key=lambda one: order.index(one)):
            found.append(f"{name}: children {names}")
        found += [
            f"{name}: {child} {names.count(child)} times"
            for child, a, b in children
            if not a <= names.count(child) <= b
        ]
    return found
