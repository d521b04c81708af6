"""Libraries loaded late: nothing before the first use, the real thing from then on."""

import sys

import pytest

from core.lazy import later


@pytest.fixture
def library(tmp_path, monkeypatch) -> str:
    """A module nobody has imported yet, which counts how often it is carried out."""
    (tmp_path / "rarely_used.py").write_text("import builtins\nvalue = object()\ndef double(n): return 2 * n\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "rarely_used"
    sys.modules.pop("rarely_used", None)


def test_it_is_imported_by_the_first_use_and_then_stays(library) -> None:
    late = later(library)
    assert library not in sys.modules
    assert late.double(21) == 42 and library in sys.modules
    assert late.value is sys.modules[library].value is late.value


def test_what_it_lacks_is_missed_as_in_any_module(library) -> None:
    with pytest.raises(AttributeError, match="nothing_there"):
        _ = later(library).nothing_there
    with pytest.raises(ModuleNotFoundError):
        _ = later("no_such_library_at_all").anything
