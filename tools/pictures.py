"""Makes the pictures of the documents from the demo: `python tools/pictures.py [--out docs/pictures]`.

Starts the product on the sample investigation in a folder of its own, opens it in Chromium at desk and phone size,
prints the report, and lays three of the pictures together as the cover.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

from app import create_app  # noqa: E402
from core import jobs  # noqa: E402
from core.db import Model, db  # noqa: E402
from core.settings import Settings  # noqa: E402
from core.terms import ReportStyle  # noqa: E402
from exchange import chain, demo  # noqa: E402
from investigations import queries as investigations  # noqa: E402
from members.models import Account  # noqa: E402

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
COVER = """<!doctype html><meta charset="utf-8"><style>
body{{margin:0;background:#e9efec;width:1640px;height:900px;position:relative;overflow:hidden}}
img{{position:absolute;border-radius:14px;box-shadow:0 18px 50px rgba(16,63,58,.28)}}
.a{{left:50px;top:50px;width:1080px}}
.b{{left:850px;top:110px;width:330px;border:9px solid #1c2b2f;border-radius:36px}}
.c{{right:40px;top:70px;width:440px;border-radius:2px}}
</style><img class="a" src="{desk}"><img class="c" src="{report}"><img class="b" src="{phone}">"""


def sign_in(page: Page, url: str, line: str) -> None:
    """Sign in with a line of the demo's sign-ins: “role: name / password”."""
    name, password = re.search(r": (\S+) / (\S+)", line).groups()  # type: ignore[union-attr]
    page.goto(url + "/app/sign-in")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_url("**/app/")


def shoot(browser: Browser, url: str, lines: list[str], paths: dict[str, str], survey: str, out: Path) -> None:
    """Take every picture at both sizes."""
    for size, viewport in (("desk", DESK), ("phone", PHONE)):
        context = browser.new_context(viewport=viewport, locale="zh-CN")
        page = context.new_page()
        page.goto(url + survey)
        page.wait_for_timeout(400)
        page.screenshot(path=out / f"survey-{size}.png")
        sign_in(page, url, lines[0])
        for name, path in paths.items():
            page.goto(url + path)
            page.wait_for_timeout(300)
            page.screenshot(path=out / f"{name}-{size}.png")
        context.close()


def main() -> None:
    """Make them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "pictures")
    out = parser.parse_args().out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(data=Path(folder), database=f"sqlite:///{folder}/pictures.db", queue="inline"))
        with app.app_context():
            Model.metadata.create_all(db.engine)
            lines = list(demo.load(language="zh", tell=print))
            account = db.session.query(Account).order_by(Account.id).first()
            row = investigations.current(within=account.organisation)
            _found, content = chain.report(row, by=account, language="zh", style=ReportStyle.GONGWEN)
            (Path(folder) / "report.pdf").write_bytes(content)
            number = row.id
            jobs.run_inline()
            db.session.remove()
        # The first page that is all text and chart, and the title page.
        subprocess.run(
            ["pdftoppm", "-r", "70", "-png", "-f", "1", "-l", "6", f"{folder}/report.pdf", str(out / "report")],
            check=True,
        )
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url, survey = f"http://127.0.0.1:{server.server_port}", re.search(r"/s/\w+", lines[-1])[0]  # type: ignore[index]
        paths = {
            "overview": "/app/",
            "talks": "/app/talks",
            "coverage": "/app/coverage",
            "concerns": f"/app/investigations/{number}/concerns",
            "reports": f"/app/investigations/{number}/reports",
            "members": "/app/members",
        }
        with sync_playwright() as play:
            browser = play.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-background-networking"]
            )
            shoot(browser, url, lines, paths, survey, out)
            first = next(name for name in sorted(os.listdir(out)) if re.match(r"report-0*1\.png", name))
            cover = Path(folder) / "cover.html"
            cover.write_text(
                COVER.format(desk=out / "overview-desk.png", phone=out / "survey-phone.png", report=out / first)
            )
            page = browser.new_page(viewport={"width": 1640, "height": 900})
            page.goto(f"file://{cover}")
            page.screenshot(path=out / "cover.png")
            browser.close()
        server.shutdown()


if __name__ == "__main__":
    main()
