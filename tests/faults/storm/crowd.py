"""What the people of a storm do: answer, write about talks, curate concerns, print."""

import json
import re
from typing import Any
from urllib.parse import urlencode

from anonymity import ballot
from anonymity.encoding import unb64u
from anonymity.receipts import check_receipt
from tests.anonymity.conftest import Phone
from tests.faults.storm.book import Concern, Talk
from tests.faults.storm.people import Answer, Clerk, Person, mark

HELD = "2026-10-01"


class Voter(Person):
    """Members with a phone each, one after the other: a ballot is collected, then cast."""

    kind = "ballot"
    pace = (0.3, 1.5)

    def __init__(self, storm: Any, number: int, codes: list[str]) -> None:
        super().__init__(storm, number)
        self.codes, self.sent = codes, list[tuple[Phone, str]]()

    def act(self) -> None:
        if not self.codes:
            self._again()
            return
        phone = Phone(self.device, self.storm.sid, self.codes.pop())
        page, _ = self.surely(lambda: self.device.get(f"/s/{self.storm.sid}/manifest"), "page")
        assert page is not None
        if page.status_code != 200:
            self.refused("manifest", page)
            return
        phone.manifest = page.text
        phone.device = ballot_device(page.text)
        signed, _ = self.surely(phone.collect, "collect")
        assert signed is not None
        if signed.status_code != 200:
            self.refused("collect", signed)
            return
        self.book.note("collect", "acknowledged")
        self._cast(phone, f"心里话{mark()}")

    def _cast(self, phone: Phone, text: str) -> None:
        answers = urlencode({"a": "x", "b": text, "door": "phone"})
        cast, _ = self.surely(lambda: phone.cast(answers), "ballot", patient=self.chance.random() < 0.8)
        if cast is None:
            self.book.unsure_answers.add(text)
        elif cast.status_code == 200:
            self.book.note("ballot", "acknowledged")
            self._check(phone, answers, cast)
            self.book.answers[text] = cast.json["leaf"]
            self.sent.append((phone, answers))
        else:
            self.refused("ballot", cast)

    def _check(self, phone: Phone, answers: str, cast: Answer) -> None:
        told = phone.device.manifest
        leaf = ballot.leaf(phone.device.message, ballot.commitment(phone.salt, answers))
        receipt = unb64u(cast.json["receipt"])
        if cast.json["leaf"] != leaf.hex() or not check_receipt(told.receipts, told.mh, leaf, receipt):
            self.book.complain(f"{self.name}: the receipt is not for this ballot")

    def _again(self) -> None:
        """Send a ballot that was taken once more, as a page that is reloaded does: it counts once."""
        if self.sent:
            phone, answers = self.chance.choice(self.sent)
            again, _ = self.surely(lambda: phone.cast(answers), "ballot again")
            if again is not None and again.status_code != 200:
                self.refused("ballot again", again)
            else:
                self.book.note("ballot again", "acknowledged")

    def settle(self) -> None:
        self._again()


def ballot_device(manifest: str) -> Any:
    """Return a ballot in the making."""
    from anonymity.device import Device

    return Device.begin(manifest)


class Slip(Person):
    """People with a blank slip, who answer on the plain form."""

    kind = "slip"
    pace = (0.3, 1.5)

    def __init__(self, storm: Any, number: int, codes: list[str]) -> None:
        super().__init__(storm, number)
        self.codes, self.sent = codes, list[dict[str, str]]()

    def act(self) -> None:
        if not self.codes and not self.sent:
            return
        text = f"心里话{mark()}"
        fresh = bool(self.codes)
        fields = {"code": self.codes.pop(), "a": "x", "b": text} if fresh else self.chance.choice(self.sent)
        path = f"/s/{self.storm.sid}/zh"
        patient = not fresh or self.chance.random() < 0.8
        answer, _ = self.surely(lambda: self.device.post(path, fields), "slip", patient=patient)
        if answer is None:
            self.book.unsure_answers.add(text)
        elif answer.status_code == 200 and "X-Receipt" in answer.headers:
            self.book.note("slip" if fresh else "slip again", "acknowledged")
            self.book.answers[fields["b"]] = json.loads(answer.headers["X-Receipt"])["leaf"]
            if fresh:
                self.sent.append(fields)
        else:
            self.refused("slip", answer)


class Writer(Clerk):
    """Writes about talks: the text is kept every few words, saved now and then; and short notes of walk-rounds."""

    pace = (0.1, 0.8)

    def __init__(self, storm: Any, number: int, talks: list[Talk]) -> None:
        super().__init__(storm, number)
        self.username = ("secretary", "committee")[number % 2]
        self.talks = talks

    def act(self) -> None:
        what, talk = self.chance.random(), self.chance.choice(self.talks)
        if what < 0.65:
            self._type(talk)
        elif what < 0.85:
            self._save(talk)
        else:
            self._walk()

    def _fields(self, talk: Talk, text: str) -> dict[str, str]:
        return {
            "member": talk.member,
            "interviewer": talk.interviewer,
            "investigation": str(self.storm.investigation),
            "held_on": HELD,
            "mode": "in_person",
            "visibility": "committee",
            "notes": text,
            "based_on": str(talk.revision),
            "device": talk.device,
        }

    def _type(self, talk: Talk) -> None:
        """Type some words: the device sends them once; when nothing comes back, the next ones go with them."""
        talk.typed.append(f"{talk.typed[-1] if talk.typed else ''}{mark()}。"[-2000:])
        place, text = len(talk.typed) - 1, talk.typed[-1]
        path = f"/app/talks/{talk.id}/draft"
        answer, _ = self.surely(lambda: self.send(path, self._fields(talk, text)), "autosave")
        assert answer is not None
        if answer.status_code == 204:
            self.book.note("autosave", "acknowledged")
            talk.kept = place
        else:
            self.refused("autosave", answer)

    def _save(self, talk: Talk) -> None:
        text = f"谈话记录{mark()}"
        path, fields = f"/app/talks/{talk.id}/record", self._fields(talk, text)
        talk.records.append(text)
        answer, unsure = self.surely(lambda: self.send(path, fields, Accept="application/json"), "record")
        assert answer is not None
        if answer.status_code == 200 and "saved" in answer.json:
            self._saved(talk, text)
        elif answer.status_code == 202 and unsure:
            # It had arrived: what was kept of it beside the record is dropped, as its writer would.
            dropped, _ = self.surely(
                lambda: self.send(f"/app/talks/{talk.id}/draft/discard", {"device": talk.device}), "discard"
            )
            if dropped is not None and dropped.status_code == 302:
                self._saved(talk, text)
            elif dropped is not None:
                self.refused("discard", dropped)
        else:
            self.refused("record", answer)

    def _saved(self, talk: Talk, text: str) -> None:
        self.book.note("record", "acknowledged")
        talk.records, talk.typed, talk.kept = [text], [], -1
        page, _ = self.surely(lambda: self.see(f"/app/talks/{talk.id}/record"), "page")
        found = page is not None and re.search(r'name="based_on"[^>]*value="(\d+)"', page.text)
        if not found:
            self.book.complain(f"{self.name}: the sheet of talk {talk.id} does not open")
            return
        if int(found[1]) != talk.revision + 1:
            self.book.complain(f"talk {talk.id} was saved {int(found[1]) - talk.revision} times instead of once")
        talk.revision = int(found[1])

    def _walk(self) -> None:
        text, talk = f"走访{mark()}", self.chance.choice(self.talks)
        fields = self._fields(talk, text) | {"device_key": mark() * 2}
        send = lambda: self.send("/app/talks/walk", fields, Accept="application/json")  # noqa: E731
        answer, _ = self.surely(send, "walk", patient=self.chance.random() < 0.8)
        if answer is None:
            self.book.unsure_walks.add(text)
        elif answer.status_code == 200:
            self.book.note("walk", "acknowledged")
            self.book.walks.add(text)
        else:
            self.refused("walk", answer)


class Curator(Clerk):
    """Names, keeps, hides and merges concerns of its own; what was not answered is sent again as it was seen."""

    pace = (0.2, 1.2)

    def __init__(self, storm: Any, number: int, concerns: list[Concern]) -> None:
        super().__init__(storm, number)
        self.concerns = concerns

    def act(self) -> None:
        there = [concern for concern in self.concerns if concern.merged_into is None]
        concern = self.chance.choice(there)
        what = self.chance.choice(["rename", "rename", "accept", "hide", "merge"])
        if what == "merge" and len(there) > 3 and self.chance.random() < 0.3:
            into = self.chance.choice([one for one in there if one is not concern])
            if self._step("merge", concern, into=str(into.id)):
                concern.merged_into = into.id
                into.revision += 1
        elif what == "hide":
            verb = "unhide" if concern.hidden else "hide"
            if self._step(verb, concern):
                concern.hidden = verb == "hide"
        elif what == "accept":
            self._step("accept", concern)
        else:
            label = f"关切{mark()}"
            if self._step("rename", concern, label=label, summary=""):
                concern.label = label

    def _step(self, verb: str, concern: Concern, **fields: str) -> bool:
        path, told = f"/app/concerns/{concern.id}/{verb}", {"revision": str(concern.revision), **fields}
        answer, unsure = self.surely(lambda: self.send(path, told), verb)
        assert answer is not None
        # Sent again after it had arrived, it is refused as stale: nobody else curates this concern.
        if answer.status_code == 302 or (answer.status_code == 409 and unsure):
            self.book.note(verb, "acknowledged")
            concern.revision += 1
            return True
        self.refused(verb, answer)
        return False


class Printer(Clerk):
    """Issues reports and asks for their sheets to be drawn; nothing tells two issues apart, so none is sent again."""

    pace = (4, 9)

    def act(self) -> None:
        home = f"/app/investigations/{self.storm.investigation}"
        if self.chance.random() < 0.5:
            sheet = {"style": "summary", "lang": self.chance.choice(["zh", "en"])}
            answer, _ = self.surely(lambda: self.send(f"{home}/report/pages", sheet), "sheets")
            if answer is not None and answer.status_code != 302:
                self.refused("sheets", answer)
            elif answer is not None:
                self.book.note("sheets", "acknowledged")
            return
        if not self.token:
            self.surely(lambda: self.see("/app/account"), "page")
        fields = {"style": self.chance.choice(["gongwen", "summary"]), "language": "zh"}
        tries = iter((True, False))
        answer, unsure = self.surely(lambda: self._once(home, fields, tries), "issue")
        if unsure:
            self.book.unsure_editions += 1
        elif answer is not None and (found := re.search(r"/app/editions/(\d+)", answer.headers.get("Location", ""))):
            self.book.note("issue", "acknowledged")
            self.book.editions.append(int(found[1]))
        elif answer is not None:
            self.refused("issue", answer)

    def _once(self, home: str, fields: dict[str, str], tries: Any) -> Answer:
        """Send the form the first time; afterwards only look at the list, as a person does."""
        return self.send(f"{home}/reports", fields) if next(tries, False) else self.see(f"{home}/reports")
