"""How long a report takes to print, beside bare WeasyPrint, headless Chromium and Typst in the same run.

    python -m bench.pdf [--rounds N] [--pages 10 --pages 100 --pages 500] [--only METHOD ...]

An invented report in official style. Ours draws the HTML, spreads the lines and tags the PDF; bare WeasyPrint and
Chromium print the same HTML as they come, Typst the same chapters in its own language. Every printing has a process of
its own, warmed by a small report (Chromium starts anew each time, as its command line does); the methods take turns,
the best of N rounds counts. Printed: pages, seconds by the clock and of CPU, pages per second, peak megabytes and the
ratio of the clock to ours; then a worker from its start to its first printed page, and the first page of a report of
12 pages as a picture on a warm worker.
Needs Chromium and `typst` for their lines (requirements-dev.txt); a method that is missing is left out and named.
"""

import argparse
import importlib.util
import multiprocessing
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psutil
import pypdfium2
from flask import Flask

from bench.frame import Area
from core import i18n
from core.settings import ROOT
from core.terms import ReportStyle
from questions.charts import Bar, Bars, Likert, Row
from reports import pdf, renderings
from reports.blocks import Block, Chart, Document, Heading, Paragraph, Quote, Quotes, Table
from reports.html import page

PAGES_OF_A_CHAPTER = 1.25
TEXT = (
    "为深入了解一线职工在就餐、轮班和技能提升方面的实际需求，调研组深入9家企业、14个车间食堂，综合运用问卷调查、"
    "座谈交流和个别访谈等方式开展调研，发放问卷640份，回收631份，有效率为97.0%。职工对“夜班供餐保障”“排队时间”"
    "两项的评价明显偏低，净满意度分别为−13和+5；提前两天及以内获知班次变动的占42.6%。"
)
LEVELS = ("很不满意", "不太满意", "一般", "比较满意", "非常满意")
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or ""
WORKER = """
import time
started = time.perf_counter()
from reports import pdf
from bench.pdf import drawn, report
html = drawn(report(1))
loaded = time.perf_counter()
pdf.print_pdf(html)
print(loaded - started, time.perf_counter() - started)
"""


@dataclass(frozen=True)
class Printing:
    """One printing: pages, seconds by the clock, seconds of CPU, megabytes at the peak."""

    pages: int
    wall: float
    cpu: float
    peak: float


def report(chapters: int) -> Document:
    """Return an invented report; a chapter is about one and a quarter pages."""
    blocks = tuple(block for number in range(chapters) for block in _chapter(number))
    return Document("关于车间食堂和轮班安排的调研报告", "云溪区总工会", date(2026, 9, 18), "zh", blocks)


def _chapter(number: int) -> list[Block]:
    rows = tuple(Row(name, (8.0, 16.0, 27.0, 33.0, 16.0)) for name in ("饭菜口味", "排队时间", "卫生状况", "夜班供餐"))
    bars = tuple(Bar(name, share) for name, share in (("与班次冲突", 58.3), ("内容脱节", 41.5), ("其他", None)))
    return [
        Heading(1, f"第{number + 1}批企业的情况"),
        Paragraph(TEXT),
        Heading(2, "职工评价"),
        Paragraph(TEXT),
        Chart("职工对食堂服务的满意度", Likert(LEVELS, rows)) if number % 2 else Chart("未参加培训的原因", Bars(bars)),
        Quotes((Quote("“夜里十二点换班，窗口只剩馒头和咸菜。”", "某企业造型工"),)),
        Table(
            "供餐能力",
            ("食堂", "人数", "窗口"),
            tuple((f"第{place}食堂", "820", "8") for place in range(5)),
            align="lrr",
        ),
    ]


def drawn(document: Document) -> str:
    """Return the HTML of a report, drawn as the product does."""
    stage = Flask("bench", root_path=str(ROOT))
    i18n.init_app(stage)
    with stage.app_context():
        return page(document, style="gongwen")


def ours(document: Document) -> Callable[[], bytes]:
    """Draw and print as the product does."""
    return lambda: pdf.print_pdf(drawn(document))


def bare(document: Document) -> Callable[[], bytes]:
    """Print the same HTML with WeasyPrint as it comes; the drawing is not counted."""
    from weasyprint import HTML

    html = drawn(document)
    return lambda: HTML(string=html, url_fetcher=pdf.house_fetcher()).write_pdf()


def chromium(document: Document) -> Callable[[], bytes]:
    """Print the same HTML from Chromium's command line; the drawing is not counted."""
    folder = Path(tempfile.mkdtemp(prefix="xinsheng-bench-"))
    source, target = folder / "report.html", folder / "report.pdf"
    source.write_text(drawn(document).replace("house:", f"{pdf.ROOT.as_uri()}/"), encoding="utf-8")
    command = [
        BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
        "--allow-file-access-from-files", f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={target}",
        source.as_uri(),
    ]  # fmt: skip

    def run() -> bytes:
        subprocess.run(command, check=True, capture_output=True, timeout=600)
        return target.read_bytes()

    return run


def typst(document: Document) -> Callable[[], bytes]:
    """Print the same chapters with Typst; writing its source is not counted."""
    import typst as engine

    folder = Path(tempfile.mkdtemp(prefix="xinsheng-bench-"))
    source = folder / "report.typ"
    source.write_text(_in_typst(document, folder), encoding="utf-8")
    fonts = [str(pdf.ROOT / "fonts")]
    return lambda: engine.compile(str(source), font_paths=fonts)


def _in_typst(document: Document, folder: Path) -> str:
    """Write the report in Typst: the same page, lines, headings, tables and drawings."""
    lines = [
        '#set page(paper: "a4", margin: (top: 37mm, left: 28mm, right: 26mm, bottom: 35mm), numbering: "— 1 —")',
        '#set text(font: "FandolFang", size: 15.79pt, lang: "zh", cjk-latin-spacing: none)',
        "#set par(justify: true, first-line-indent: (amount: 2em, all: true), leading: 13.8pt, spacing: 13.8pt)",
        "#set table(stroke: .4pt)",
        f'#align(center, text(font: "FandolSong", size: 22pt)[{document.title}])',
    ]
    drawings: dict[str, str] = {}
    for block in document.blocks:
        match block:
            case Heading():
                lines.append(f"{'=' * block.level} {block.text}")
            case Paragraph():
                lines.append(block.text)
            case Quotes():
                lines += [f"#quote(block: true)[{quote.text} ——{quote.source}]" for quote in block.items]
            case Table():
                cells = ", ".join(f"[{cell}]" for row in (block.columns, *block.rows) for cell in row)
                lines.append(f"#figure(table(columns: {len(block.columns)}, {cells}), caption: [{block.caption}])")
            case Chart():
                name = drawings.setdefault(block.caption, f"chart{len(drawings)}.svg")
                if not (folder / name).exists():
                    (folder / name).write_text(_drawing(document, block), encoding="utf-8")
                lines.append(f'#figure(image("{name}", width: 156mm), caption: [{block.caption}])')
    return "\n\n".join(lines)


def _drawing(document: Document, chart: Block) -> str:
    """Return the chart as the product draws it."""
    alone = Document(document.title, document.organisation, document.date, document.language, (chart,))
    found = re.search(r"<svg.*?</svg>", drawn(alone), re.DOTALL)
    assert found
    return found[0]


METHODS: dict[str, Callable[[Document], Callable[[], bytes]]] = {
    "ours": ours,
    "bare": bare,
    "chromium": chromium,
    "typst": typst,
}


def missing(method: str) -> bool:
    """Say whether the tool of a method is not installed."""
    return (method == "chromium" and not BROWSER) or (method == "typst" and importlib.util.find_spec("typst") is None)


def measure(method: str, chapters: int) -> Printing:
    """Print once in this process, warmed by a report of one chapter."""
    if method != "chromium":
        METHODS[method](report(1))()
    prepared = METHODS[method](report(chapters))
    watch = _Watch()
    started, spent = time.perf_counter(), time.process_time()
    printed = prepared()
    wall, cpu = time.perf_counter() - started, time.process_time() - spent
    children, peak = watch.stop()
    if method != "chromium":
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Printing(len(pypdfium2.PdfDocument(printed)), wall, cpu + children, peak)


class _Watch:
    """Adds up the CPU of this process's children and the most memory they held together, twenty times a second."""

    def __init__(self) -> None:
        self._cpu: dict[int, float] = {}
        self._peak, self._over = 0.0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        me = psutil.Process()
        while not self._over.wait(0.05):
            held = 0.0
            for child in me.children(recursive=True):
                try:
                    times, memory = child.cpu_times(), child.memory_full_info()
                except psutil.Error:
                    continue
                self._cpu[child.pid] = times.user + times.system
                held += memory.pss / 2**20
            self._peak = max(self._peak, held)

    def stop(self) -> tuple[float, float]:
        """Return the children's CPU seconds and their peak megabytes together."""
        self._over.set()
        self._thread.join()
        return sum(self._cpu.values()), self._peak


def cold_start(rounds: int) -> tuple[float, float]:
    """Return the best seconds a new process takes to load, and to have printed its first report of a chapter."""
    found = []
    for _ in range(rounds):
        told = subprocess.run([sys.executable, "-c", WORKER], check=True, capture_output=True, text=True, cwd=ROOT)
        found.append(tuple(float(each) for each in told.stdout.split()[-2:]))
    return min(each[0] for each in found), min(each[1] for each in found)


def first_picture(rounds: int) -> float:
    """Return the best seconds in which a warm worker shows the first page of a report of 12 pages."""
    stage = Flask("bench", root_path=str(ROOT))
    i18n.init_app(stage)
    found = []
    with stage.app_context():
        renderings.first_page(report(1), ReportStyle.GONGWEN)
        for _ in range(rounds):
            started = time.perf_counter()
            renderings.drawn(renderings.first_page(report(10), ReportStyle.GONGWEN), 1)
            found.append(time.perf_counter() - started)
    return min(found)


def main() -> None:
    """Run every size with every method and print one line for each."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--pages", type=int, action="append", help="about how many pages (repeatable; 10, 100, 500)")
    arguments.add_argument("--only", action="append", choices=METHODS, help="only this method (repeatable)")
    given = arguments.parse_args()
    wanted = given.only or list(METHODS)
    for method in filter(missing, wanted):
        print(f"left out: {method} is not installed")
    methods = [method for method in wanted if not missing(method)]
    print(f"{'pages':>6} {'method':10}{'wall s':>8}{'CPU s':>8}{'pages/s':>9}{'peak MB':>9}{'wall / ours':>13}")
    for size in given.pages or (10, 100, 500):
        found: dict[str, list[Printing]] = {method: [] for method in methods}
        for _ in range(given.rounds if size <= 100 else 1):
            for method in methods:
                with multiprocessing.get_context("spawn").Pool(1) as pool:
                    found[method].append(pool.apply(measure, (method, max(round(size / PAGES_OF_A_CHAPTER), 1))))
        for method in methods:
            _tell(method, found)
    print(f"first page of 12 as a picture, warm: {first_picture(given.rounds):.2f} s")
    loaded, first = cold_start(given.rounds)
    print(f"a new worker: {loaded:.2f} s to load and draw, {first:.2f} s until its first report is printed")


def _tell(method: str, found: dict[str, list[Printing]]) -> None:
    best = min(found[method], key=lambda each: each.wall)
    cpu, peak = min(each.cpu for each in found[method]), min(each.peak for each in found[method])
    ratio = f"{best.wall / min(each.wall for each in found['ours']):.2f}" if "ours" in found else "–"
    pages_a_second = best.pages / best.wall
    print(
        f"{best.pages:6} {method:10}{best.wall:8.2f}{cpu:8.2f}{pages_a_second:9.1f}{peak:9.0f}{ratio:>13}", flush=True
    )


AREA = Area("Printing", flags=("--rounds", "1"), quick=("--rounds", "1", "--pages", "10"))

if __name__ == "__main__":
    main()
