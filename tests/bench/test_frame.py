"""The frame of the measurements: tables, areas found by themselves, figures kept in a page."""

import math
import subprocess

import pytest

from bench import frame
from core.settings import ROOT


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "bench" / "run", *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False
    )


def test_the_command_measures_a_small_area_and_keeps_its_table(tmp_path) -> None:
    page = tmp_path / "measurements.md"
    done = command("calibration", "--quick", "--keep", "--no-postgres", "--page", page)
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    head = next(line for line in lines if line[:1] == ["work"])
    assert {"median", "ms", "growth"} <= set(head)
    rows = [line for line in lines if line[:1] in (["sorted"], ["json"])]
    assert len(rows) == 2 and all(float(cell.replace(",", "")) >= 0 for line in rows for cell in line[-4:])
    kept = page.read_text("utf-8")
    assert "| work |" in kept and "cores" in kept and "Python" in kept
    assert kept.count("<!-- ./bench/run calibration -->") == 1


def test_unknown_areas_are_named() -> None:
    done = command("calibration", "no-such-area")
    assert done.returncode == 2 and "no-such-area" in done.stderr and "survey" in done.stderr


def test_every_area_of_the_page_is_found() -> None:
    found = frame.names()
    wanted = {"survey", "ballots", "results", "grouping", "desk", "pdf", "start", "scale", "interviews", "concerns"}
    assert wanted <= set(found) and "frame" not in found


def test_a_table_is_aligned_whatever_is_in_it() -> None:
    table = frame.Table("T", ("what", "ms"), [("概览", 1.234), ("overview", 12345), ("a|b", math.inf)], "Read it.")
    assert table.text().splitlines() == ["T", "  what          ms", "  概览        1.23", "  overview  12,345", "  a|b            –", "Read it."]  # fmt: skip  # noqa: E501
    assert "| a/b | – |" in table.markdown()


@pytest.mark.parametrize(
    ("first", "last", "power"),
    [((10, 3.0), (1000, 3.0), 0.0), ((10, 1.0), (1000, 100.0), 1.0), ((10, 1.0), (1000, math.inf), math.inf)],
    ids=["still", "linear", "never"],
)
def test_growth_is_the_power_of_the_size(first, last, power) -> None:
    assert frame.growth(first, last) == pytest.approx(power)


def test_kept_figures_replace_those_before_and_nothing_else(tmp_path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\nWords before.\n\n## Other\nWords after.\n", "utf-8")
    frame.keep("one", "First area", ["1 ms"], page)
    frame.keep("two", "Second area", ["2 ms"], page)
    frame.keep("one", "First area", [r"3 ms \1"], page)
    text = page.read_text("utf-8")
    assert text.startswith("# Page\nWords before.\n\n## Other\nWords after.\n")
    assert "1 ms" not in text and r"3 ms \1" in text and "2 ms" in text and text.count("## First area") == 1


def test_a_missed_target_is_remembered() -> None:
    run = frame.Run()
    assert (run.hold("fast", True), run.hold("small", False)) == ("yes", "no")
    assert run.missed == ["small"]


def test_only_this_machine_is_ever_loaded() -> None:
    from bench import load

    with pytest.raises(ValueError, match="only this machine"):
        load.crowd("http://192.0.2.1:80/s/1", [load.fixed(b"")], clients=1)
