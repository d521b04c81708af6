"""What is found when a storm is over: every acknowledged write once, none twice, nothing broken or left lying."""

import hashlib
import re
import time
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select, text

from anonymity.audit import audit
from concerns.models import Concern
from core import jobs, storage
from core.db import db
from core.terms import FileFormat, JobState
from interviews import drafts, queries
from interviews.models import Talk
from members.models import Account
from reports.models import Edition, Rendering
from surveys import publishing
from surveys.models import Leaf, Response, Survey
from tests.conftest import PASSWORD
from tests.faults.storm.people import Clerk, NoAnswer
from tests.faults.storm.storm import Storm
from tests.house.test_every_page import addresses
from vault import keys

PATIENCE = 180
# In the folder of the product, beside what is printed: the database, its logs, the queue, keys, nightly backups.
OURS = re.compile(r"(xinsheng\.db|queue\.db)(-wal|-shm)?|keys/.*|backups/[0-9-]+\.age(\.json)?")


class Reckoning:
    """Judges one storm; `wrong` lists everything that must not be."""

    def __init__(self, storm: Storm) -> None:
        self.storm, self.book, self.machine = storm, storm.book, storm.machine
        self.wrong: list[str] = list(storm.book.complaints)
        self.lost = self.twice = self.printed_again = self.pages = 0
        self.took = (0.0, 0.0)
        self.clerk = Clerk(storm, 0)
        storm.lost.clear()

    def judge(self) -> None:
        """Look at everything, first as people see it, then in the database and on the disk."""
        ended = time.monotonic()
        self._finish_jobs()
        self._open_pages()
        self._close()
        self.machine.kill("worker")
        self.machine.kill("web")
        with self.storm.world.app.app_context():
            for check in (self._answers, self._talks, self._walks, self._concerns, self._editions, self._database):
                check()
                db.session.rollback()
            self._files()
            db.session.remove()
            db.engine.dispose()
        self._logs()
        self.took = (ended - self.storm.begun, time.monotonic() - ended)

    # --- as people see it -------------------------------------------------------------------------------

    def _ask(self, path: str) -> Any:
        try:
            return self.clerk.see(path)
        except NoAnswer:
            return SimpleNamespace(status_code=0, text="", headers={})

    def _wait_for_jobs(self) -> list[jobs.Job]:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with self.storm.world.app.app_context():
                rows = list(db.session.scalars(select(jobs.Job)))
                db.session.expunge_all()
                db.session.remove()
            if not any(row.running for row in rows):
                return rows
            time.sleep(0.5)
        stuck = [f"{row.name} {row.state} tries {row.tries} seen {row.heartbeat_at}" for row in rows if row.running]
        self.wrong.append(f"jobs that never end: {stuck}")
        return rows

    def _finish_jobs(self) -> None:
        """Let two minutes pass, after which a lost job counts as lost; then ask again for what failed."""
        self.machine.kill("worker")
        self.machine.jump(120)
        self.machine.start("worker")
        self.wrong += [
            f"job {row.name} failed without a word"
            for row in self._wait_for_jobs()
            if row.state is JobState.FAILED and not row.error
        ]
        for number in self._unprinted():
            self.printed_again += 1
            self.clerk.send(f"/app/editions/{number}/print-again", {})
        self.clerk.send(f"/app/investigations/{self.storm.investigation}/report/pages", {"style": "summary"})
        newest = max(self._wait_for_jobs(), key=lambda row: row.id if row.name == "reports.make" else 0)
        if newest.state is not JobState.DONE:
            self.wrong.append(f"the sheets of a report cannot be asked for again: {newest.state} {newest.error}")
        self.wrong += [f"edition {number} cannot be printed" for number in self._unprinted()]
        self.machine.jump(0)

    def _unprinted(self) -> list[int]:
        with self.storm.world.app.app_context():
            rows = db.session.execute(select(Edition.id, jobs.Job.state, Edition.file).outerjoin(jobs.Job)).all()
            db.session.remove()
        return [number for number, state, file in rows if state is not JobState.DONE or not file]

    def _open_pages(self) -> None:
        world = self.storm.world
        with world.app.app_context():
            ids = {
                "investigation_id": world.investigation,
                "survey_id": world.survey_id,
                "talk_id": self.book.talks[0].id,
                "concern_id": self.book.concerns[0].id,
                "member_id": world.cast_ids["boss"],
                "account_id": world.cast_ids["secretary"],
                "edition_id": self.book.editions[0] if self.book.editions else 1,
                "rendering_id": db.session.scalar(select(Rendering.id)) or 1,
                "job_id": db.session.scalar(select(jobs.Job.id)) or 1,
                "page": 1,
            }
            db.session.remove()
        seen = SimpleNamespace(app=world.app, ids={**dict.fromkeys(_numbers(world.app), 1), **ids})
        paths = [url for _rule, url in addresses(seen, "GET")]
        for path in [*paths, f"/s/{self.storm.sid}/zh", f"/s/{self.storm.sid}/en"]:
            answer = self._ask(path)
            self.pages += answer.status_code == 200
            if not 200 <= answer.status_code < 500:
                self.wrong.append(f"{path} does not open: {answer.status_code}")
        if self.pages < 50:
            self.wrong.append(f"only {self.pages} pages opened")

    def _close(self) -> None:
        closed = self.clerk.send(f"/app/surveys/{self.storm.world.survey_id}/close", {"understood": "y"})
        if closed.status_code != 302:
            self.wrong.append(f"the survey cannot be closed: {closed.status_code}")
        for path in (f"/b/{self.storm.sid}/", f"/app/surveys/{self.storm.world.survey_id}/results"):
            if (answer := self._ask(path)).status_code != 200:
                self.wrong.append(f"{path} does not open after the close: {answer.status_code}")

    # --- in the database --------------------------------------------------------------------------------

    def _counted(self, what: str, sure: Iterable[str], unsure: Iterable[str], found: Iterable[str]) -> None:
        """Expect each of `sure` once, each of `unsure` once at most, and nothing else."""
        there, sure, unsure = Counter(found), set(sure), set(unsure)
        missing = [each for each in sure if not there[each]]
        double = [each for each, count in there.items() if count > 1]
        strange = set(there) - sure - unsure
        self.lost += len(missing)
        self.twice += len(double)
        for words, many in (("lost", missing), ("there twice", double), ("there, though nobody wrote it", strange)):
            if many:
                self.wrong.append(f"{what}: {len(many)} {words}, such as {sorted(many)[:3]}")

    def _answers(self) -> None:
        rows = db.session.scalars(select(Response).where(Response.survey_id == self.storm.world.survey_id)).all()
        said = [row.answers["b"] for row in rows if "b" in row.answers]
        self._counted("answers", self.book.answers, self.book.unsure_answers, said)
        survey = db.session.get_one(Survey, self.storm.world.survey_id)
        leaves = {leaf.hex() for leaf in db.session.scalars(select(Leaf.leaf).where(Leaf.survey_id == survey.id))}
        self._counted("receipts", self.book.answers.values(), leaves, leaves)
        verdict = audit(publishing.published(survey))
        self.wrong += [f"the auditor: {finding}" for finding in verdict.findings if not finding.ok]

    def _secretary(self, name: str) -> Account:
        account = db.session.scalars(select(Account).where(Account.username == name)).one()
        account.keyring = keys.unlock(account, PASSWORD)
        return account

    def _talks(self) -> None:
        readers = {name: self._secretary(name) for name in ("secretary", "committee")}
        reader = readers["secretary"]
        ids = [talk.id for talk in self.book.talks]
        said = queries.notes(ids, within=reader.organisation, reader=reader)
        for talk in self.book.talks:
            row = db.session.get_one(Talk, talk.id)
            if said.get(talk.id, "") not in talk.records:
                self.lost += 1
                self.wrong.append(f"talk {talk.id}: its record is none of the {len(talk.records)} it may be")
            own = [drafts.find(row, by=account, device=talk.device) for account in readers.values()]
            kept = [draft.content["notes"][0] for draft in own if draft is not None]
            if talk.kept >= 0 and not (kept and kept[0] in talk.typed[talk.kept :]):
                self.lost += 1
                older = bool(kept) and kept[0] in talk.typed
                self.wrong.append(f"talk {talk.id}: what was typed last is {'an older text' if older else 'gone'}")

    def _walks(self) -> None:
        reader = self._secretary("secretary")
        known = {talk.id for talk in self.book.talks}
        rows = db.session.scalars(select(Talk.id).where(Talk.device_key.is_not(None))).all()
        said = queries.notes([row for row in rows if row not in known], within=reader.organisation, reader=reader)
        self._counted("walk-rounds", self.book.walks, self.book.unsure_walks, said.values())

    def _concerns(self) -> None:
        for concern in self.book.concerns:
            row = db.session.get_one(Concern, concern.id)
            stands = (row.label, row.revision, row.hidden, row.merged_into_id)
            if stands != (concern.label, concern.revision, concern.hidden, concern.merged_into):
                self.lost += row.revision < concern.revision
                self.twice += row.revision > concern.revision
                self.wrong.append(f"concern {concern.id} is {stands}, not as its curator left it: {concern}")

    def _editions(self) -> None:
        rows = db.session.scalars(select(Edition).order_by(Edition.id)).all()
        there = [row.id for row in rows]
        sure = self.book.editions
        self.lost += len(set(sure) - set(there))
        if not set(sure) <= set(there) or len(there) > len(sure) + self.book.unsure_editions:
            self.wrong.append(f"editions {there}, acknowledged {sorted(sure)}, unsure {self.book.unsure_editions}")
        if [row.number for row in rows] != list(range(1, len(rows) + 1)):
            self.wrong.append(f"editions are numbered {[row.number for row in rows]}")
        for row in rows:
            path = self.machine.data / "reports" / row.file
            if not row.file or not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != row.sha256:
                self.wrong.append(f"edition {row.id}: its file is not what was printed")

    def _database(self) -> None:
        if self.machine.server:
            self.wrong += self.machine.server.faults()
            return
        for pragma in ("integrity_check", "foreign_key_check"):
            told = [row[0] for row in db.session.execute(text(f"PRAGMA {pragma}"))]
            if told not in (["ok"], []):
                self.wrong.append(f"{pragma}: {told[:3]}")

    # --- on the disk ------------------------------------------------------------------------------------

    def _files(self) -> None:
        kept, storage.LEFT = storage.LEFT, timedelta(0)  # what is half-made is cleared away a day later
        storage.tidy()
        storage.LEFT = kept
        named = {f"reports/{Path(row).stem}.{each.value}" for row in _names(Edition.file) for each in FileFormat}
        named |= {f"renderings/{row}" for row in _names(Rendering.file)}
        rows = db.session.execute(select(Rendering.id, Rendering.sha256)).all()
        named |= {f"renderings/{number}-{sha256[:16]}.begins.pdf" for number, sha256 in rows}
        every = {str(path.relative_to(self.machine.data)) for path in self.machine.data.rglob("*") if path.is_file()}
        orphans = sorted(path for path in every - named if not OURS.fullmatch(path))
        if orphans:
            self.wrong.append(f"files nobody names: {orphans[:6]} ({len(orphans)})")

    def _logs(self) -> None:
        """No log may hold a word of what anybody wrote, and no failure may pass by the page that tells of it."""
        for log in self.machine.logs.iterdir():
            said = log.read_text(errors="replace")
            if re.search("心里话|谈话记录|走访|关切", said):
                self.wrong.append(f"{log.name} holds somebody's words")
            bare = [line for line in said.splitlines() if re.search(r"Exception on /|log_exception", line)]
            if log.name == "web.log" and bare:
                self.wrong.append(f"{len(bare)} failures had no page of their own, such as {bare[0][:600]}")

    def told(self) -> str:
        """Return everything that is wrong, what many clients met only once."""
        alike = Counter(re.sub(r"^[A-Z][a-z]+ [0-9]+: ", "", each) for each in self.wrong)
        return "\n".join(f"{count} x {words}" for words, count in alike.most_common(40))

    def figures(self) -> str:
        """Return the storm's figures and the outcome."""
        return (
            f"{self.storm.figures()}\n"
            f"    lost {self.lost}, twice {self.twice}, wrong {len(self.wrong)}; {self.pages} pages open; "
            f"reports printed again {self.printed_again}; {self.took[0]:.0f} s of storm, {self.took[1]:.0f} s after it"
        )


def _names(column: Any) -> list[str]:
    return [name for name in db.session.scalars(select(column)) if name]


def _numbers(app: Any) -> set[str]:
    return {name for rule in app.url_map.iter_rules() for name in re.findall(r"<int:(\w+)>", rule.rule)}
