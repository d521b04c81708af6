"""Files and functions stay small enough to read in one go."""

import ast

import pytest

from core.settings import ROOT
from tests.house.test_layers import SOURCES

FILE, FUNCTION = 400, 60


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_file_and_functions(path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= FILE, f"{lines} lines: split it by what it acts on"
    for node in ast.walk(SOURCES[path]):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= FUNCTION, f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_public_things_say_what_they_are(path) -> None:
    tree = SOURCES[path]
    assert ast.get_docstring(tree) or not path.read_text().strip(), "the module says nothing"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{node.name} says nothing"
