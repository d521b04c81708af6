"""What a web worker loads when it starts: nothing that only some pages, or only job workers, need."""

import ast
import json
import subprocess
import sys

from core.settings import ROOT
from tests.house.test_layers import SOURCES, imported

# Each takes from a twentieth of a second to several, or from 5 to 100 MB. They load where they are first used: by
# `core.lazy.later` at the top of the file, or by an import in the one function that needs them.
HEAVY = {
    "psycopg", "redis",
    "PIL", "alembic", "boto3", "botocore", "dask", "distributed", "docx", "duckdb", "flask_migrate", "fontTools",
    "graspologic_native", "html5lib", "icalendar", "lxml", "model2vec", "nltk", "numpy", "openpyxl", "pandas",
    "pyarrow", "pypdfium2", "pyreadstat", "pyxform", "resvg_py", "rjieba", "rustpy_xlsxwriter", "scipy",
    "sentence_transformers", "sklearn", "textblob", "torch", "weasyprint", "xlrd", "xlsxwriter",
}  # fmt: skip
PROGRAM = """
import json, resource, sys
from pathlib import Path
from core.settings import Settings
import app
app.create_app(Settings(data=Path(sys.argv[1]), database=f"sqlite:///{sys.argv[1]}/test.db"))
print(json.dumps({"loaded": sorted({name.split(".")[0] for name in sys.modules}), "count": len(sys.modules),
                  "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))
"""


def test_a_web_worker_starts_without_what_it_does_not_need(tmp_path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    told = json.loads(done.stdout.splitlines()[-1])
    print(f"\n{told['count']} modules, {told['megabytes']} MB")
    assert HEAVY & set(told["loaded"]) == set()


# What is heavy in other ways: the rules of labels (long word lists), and what only waits beside a heavy library.
LATE = {"text.labels", "threadpoolctl", "redis", "psycopg"}


def _own(name: str) -> str:
    """Return the module of ours a dotted name stands in; "" for a library's."""
    while name and name not in MODULES:
        name = name.rpartition(".")[0]
    return name


def _names(nodes: list[ast.stmt]) -> list[str]:
    found = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
    return [name for name, _line in imported(ast.Module(found, []))]


MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): tree
    for path, tree in SOURCES.items()
}
AT_THE_TOP = {module: _names(tree.body) for module, tree in MODULES.items()}


def _is_heavy(name: str, seen: set[str]) -> bool:
    own = _own(name)
    if not own:
        return name.split(".")[0] in HEAVY | LATE
    if own in LATE:
        return True
    if own in seen:
        return False
    seen.add(own)
    return any(_is_heavy(each, seen) for each in AT_THE_TOP[own])


def test_imports_stand_at_the_top_but_for_what_is_heavy() -> None:
    inside = [node for tree in MODULES.values() for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    late = {name for node in inside for name in _names(list(ast.walk(node)))}  # type: ignore[arg-type]
    assert {name for name in late if not _is_heavy(name, set())} == set()
    assert len(late) > 20
