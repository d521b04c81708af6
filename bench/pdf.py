"""How long a report takes to print, beside bare WeasyPrint on the same HTML in the same run.

    python -m bench.pdf [--rounds N]

Three invented reports in official style. Ours draws the HTML, spreads the lines and tags the PDF; bare WeasyPrint does
none of it. Each size and method runs in a process of its own, warmed by a small report; the methods
take turns, the best of N rounds counts. Printed: pages, seconds of CPU per page, their ratio, and peak megabytes.
"""

import argparse
import multiprocessing
import resource
import time
from collections.abc import Callable
from datetime import date

import pypdfium2
from flask import Flask
from weasyprint import HTML

from core import i18n
from core.settings import ROOT
from questions.charts import Bar, Bars, Likert, Row
from reports import pdf
from reports.blocks import Block, Chart, Document, Heading, Paragraph, Quote, Quotes, Table
from reports.html import page

SIZES = {"short": 1, "usual": 8, "long": 40}
TEXT = (
    "为深入了解一线职工在就餐、轮班和技能提升方面的实际需求，调研组深入9家企业、14个车间食堂，综合运用问卷调查、"
    "座谈交流和个别访谈等方式开展调研，发放问卷640份，回收631份，有效率为97.0%。职工对“夜班供餐保障”“排队时间”"
    "两项的评价明显偏低，净满意度分别为−13和+5；提前两天及以内获知班次变动的占42.6%。"
)
LEVELS = ("很不满意", "不太满意", "一般", "比较满意", "非常满意")

Method = Callable[[Document], bytes]


def report(chapters: int) -> Document:
    """Return an invented report; a chapter is about one and a half pages."""
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


def ours(document: Document) -> bytes:
    """Draw and print as the product does."""
    return pdf.print_pdf(page(document, style="gongwen"))


def bare(document: Document) -> bytes:
    """Print the same HTML with WeasyPrint as it comes; the drawing is not counted."""
    return HTML(string=_drawn[document], url_fetcher=pdf.house_fetcher()).write_pdf()


METHODS: dict[str, Method] = {"ours": ours, "bare": bare}
_drawn: dict[Document, str] = {}


def measure(method: str, chapters: int) -> tuple[int, float, float]:
    """Return pages, CPU seconds and peak megabytes of one printing in this process."""
    stage = Flask("bench", root_path=str(ROOT))
    i18n.init_app(stage)
    with stage.app_context():
        warm, document = report(1), report(chapters)
        _drawn.update({each: page(each, style="gongwen") for each in (warm, document)})
        METHODS[method](warm)
        started = time.process_time()
        printed = METHODS[method](document)
        spent = time.process_time() - started
    return len(pypdfium2.PdfDocument(printed)), spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Run every size with every method and print one line for each size."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=3)
    rounds = arguments.parse_args().rounds
    print(f"{'report':8}{'pages':>6}{'ours s/page':>13}{'bare s/page':>13}{'ratio':>7}{'ours MB':>9}{'bare MB':>9}")
    for name, chapters in SIZES.items():
        found: dict[str, list[tuple[int, float, float]]] = {method: [] for method in METHODS}
        for _ in range(rounds):
            for method in METHODS:
                with multiprocessing.get_context("spawn").Pool(1) as pool:
                    found[method].append(pool.apply(measure, (method, chapters)))
        pages = found["ours"][0][0]
        ours_s, bare_s = (min(each[1] for each in found[method]) / pages for method in METHODS)
        ours_mb, bare_mb = (min(each[2] for each in found[method]) for method in METHODS)
        ratio = ours_s / bare_s
        print(f"{name:8}{pages:6}{ours_s:13.3f}{bare_s:13.3f}{ratio:7.2f}{ours_mb:9.0f}{bare_mb:9.0f}", flush=True)


if __name__ == "__main__":
    main()
