"""Imports go down, stand at the top of the file, and wrapped libraries stay wrapped."""

import ast
from pathlib import Path

import pytest

from core.settings import ROOT

LAYERS = (
    ("core",),
    ("text", "questions", "anonymity"),
    ("forms",),
    ("members",),
    ("vault",),
    ("investigations",),
    ("surveys", "interviews", "activities"),
    ("concerns",),
    ("reports",),
    ("exchange", "desk", "backups"),
    ("app",),
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
KEPT_IN = {
    "weasyprint": ("reports/pdf.py", "reports/cjk.py"),
    "resvg_py": ("reports/docx/pictures.py",),
    "pypdfium2": ("reports/renderings.py",),
    "textblob": ("text/",),
    "wtforms": ("forms/", "questions/"),
    "flask_wtf": ("forms/base.py", "forms/fields.py", "core/errors.py", "app.py"),
    "flask_sqlalchemy": ("core/db.py",),
    "flask_babel": ("core/i18n.py",),
    "babel": ("core/i18n.py",),
    "huey": ("core/jobs/",),
    "boto3": ("core/storage/",),
    "botocore": ("core/storage/",),
    "openpyxl": ("core/spreadsheet.py",),
    "xlsxwriter": ("core/spreadsheet.py",),
    "rustpy_xlsxwriter": ("core/spreadsheet.py",),
    "xlrd": ("core/spreadsheet.py",),
    "smtplib": ("core/mail.py",),
    "duckdb": ("surveys/snapshots.py",),
    "pyxform": ("surveys/formats/",),
    "pyreadstat": ("surveys/exports/",),
    "pandas": ("surveys/exports/",),
    "cryptography": ("core/seal.py", "core/backup/passphrases.py", "anonymity/"),
    "pyrage": ("core/backup/sealing.py",),
    "icalendar": ("interviews/feeds.py",),
    "borax": ("core/calendar.py",),
    "chinese_calendar": ("core/calendar.py",),
    "docx": ("core/documents.py", "reports/"),
    "gmpy2": ("anonymity/",),
    "argon2": ("members/accounts.py",),
    "flask_login": ("members/", "vault/views/opening.py"),
    "segno": ("core/qr.py",),
    "webauthn": ("members/passkeys.py",),
    "rjieba": ("text/",),
    "opencc": ("text/scripts.py",),
    "dask": ("core/parallel.py",),
    "distributed": ("core/parallel.py",),
    "model2vec": ("text/embeddings.py",),
    "sentence_transformers": ("text/embeddings.py",),
    "sklearn": ("text/", "concerns/grouping.py"),
    "graspologic_native": ("text/", "concerns/grouping.py"),
}
INSIDE = ("models", "queries", "verbs", "jobs", "commands", "views")
PRIVATE = ("views", "jobs", "commands")
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}


def modules() -> list[Path]:
    """Return every source file of the product."""
    files = [ROOT / "app.py"]
    for package in LEVEL:
        files += sorted((ROOT / package).rglob("*.py"))
    return files


def imported(tree: ast.AST) -> list[tuple[str, int]]:
    """Return the dotted names a file imports, `from a import b` as a.b, with their lines."""
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [(f"{node.module}.{alias.name}", node.lineno) for alias in node.names]
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "later" and node.args:
            names.append((ast.literal_eval(node.args[0]), node.lineno))  # an import too, see core/lazy.py
    return names


SOURCES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in modules()}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down(path: Path) -> None:
    here = path.relative_to(ROOT)
    package = here.parts[0].removesuffix(".py")
    for name, line in imported(SOURCES[path]):
        other = name.split(".")[0]
        if other not in LEVEL or other == package:
            continue
        assert LEVEL[other] < LEVEL[package], f"{here}:{line} imports {name}, which is not below {package}"
        inner = name.split(".")[1:2]
        if package != "app" and other != "core":
            assert not inner or inner[0] not in PRIVATE, f"{here}:{line} reaches into {name}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_inside_a_package_pages_are_last(path: Path) -> None:
    here = path.relative_to(ROOT)
    if len(here.parts) < 2:
        return
    package, rank = here.parts[0], _rank(_module(here))
    for name, line in imported(SOURCES[path]):
        parts = name.split(".")
        if parts[0] == package and len(parts) > 1 and _exists(package, parts[1]):
            if rank == INSIDE.index("queries") and _knows_only_models(package, parts[1]):
                continue  # a condition both queries and verbs need, such as who may read a talk
            assert _rank(parts[1]) <= rank, f"{here}:{line} imports {name}, which comes after it"


def _knows_only_models(package: str, module: str) -> bool:
    path = ROOT / package / f"{module}.py"
    if path not in SOURCES:
        return False  # a sub-package
    inner = {name.split(".")[1] for name, _line in imported(SOURCES[path]) if name.startswith(f"{package}.")}
    return inner <= {"models"}


def _module(here: Path) -> str:
    """Return the module or sub-package a file belongs to: views/doors.py is a part of views."""
    return here.parts[1].removesuffix(".py")


def _exists(package: str, name: str) -> bool:
    return (ROOT / package / f"{name}.py").exists() or (ROOT / package / name).is_dir()


def _rank(module: str) -> int:
    return INSIDE.index(module) if module in INSIDE else INSIDE.index("verbs")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_wrapped_libraries_stay_wrapped(path: Path) -> None:
    here = path.relative_to(ROOT).as_posix()
    for name, line in imported(SOURCES[path]):
        allowed = KEPT_IN.get(name.split(".")[0])
        assert allowed is None or here.startswith(allowed), f"{here}:{line} may not import {name}"


@pytest.mark.parametrize("path", [p for p in SOURCES if "views" in (p.stem, p.parent.name)], ids=str)
def test_views_know_no_database(path: Path) -> None:
    for name, line in imported(SOURCES[path]):
        assert not name.startswith(("sqlalchemy", "core.db")), f"{path}:{line} imports {name}"


def test_names_say_what_things_are() -> None:
    standard = {"code", "statistics", "types", "string", "random", "calendar", "queue", "platform"}
    for path in SOURCES:
        assert path.stem not in FORBIDDEN_NAMES, path
    for package in LEVEL:
        assert package not in standard
