"""Slips to hand out: the codes in clear, once, with their links drawn as QR codes."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from markupsafe import Markup

from core.errors import BadInput
from core.i18n import _
from core.qr import drawn as qr
from core.spreadsheet import write_xlsx
from surveys import codes, invitations
from surveys.invitations import Slip
from surveys.models import Survey

DRAWN = 600  # slips whose QR codes still make a page a browser can print
XLSX = "data:application/vnd.openxmlformats-officedocument.spreadsheetml.sheet;base64,"


@dataclass(frozen=True, slots=True)
class Printed:
    """One slip as it is printed; without a name it is a blank ballot slip, and nothing on it numbers it."""

    name: str
    group: str
    code: str
    link: str
    qr: Markup


@dataclass(frozen=True, slots=True)
class Book:
    """All slips of a survey: to print, and as a spreadsheet inside the page (it is made in the same request, since the
    codes are kept nowhere)."""

    slips: tuple[Printed, ...]
    spreadsheet: str
    address: str
    only_here: bool

    @property
    def blank(self) -> int:
        """Return how many are blank ballot slips."""
        return sum(not slip.name for slip in self.slips)


def book(survey: Survey, slips: Sequence[Slip], address: str) -> Book:
    """Return the slips for `address`, the survey's public link."""
    printed = tuple(_printed(slip, address, draw=len(slips) <= DRAWN) for slip in _shuffled(slips))
    columns = [_("Name"), _("Group"), _("Answering code"), _("Link")]
    rows = [(slip.name or _("Blank ballot slip"), slip.group, slip.code, slip.link) for slip in printed]
    sheet = base64.b64encode(write_xlsx(survey.version.title, columns, rows)).decode("ascii")
    return Book(printed, XLSX + sheet, address, only_this_machine(address))


def _shuffled(slips: Sequence[Slip]) -> list[Slip]:
    """Return the slips of members as they come, then the blank ones in an order nobody knows."""
    blank = [slip for slip in slips if slip.member is None]
    secrets.SystemRandom().shuffle(blank)
    return [*(slip for slip in slips if slip.member is not None), *blank]


def _printed(slip: Slip, address: str, *, draw: bool) -> Printed:
    link = f"{address}#c={slip.code}"
    member = slip.member
    return Printed(
        name=member.name if member else "",
        group=member.group.name if member and member.group else "",
        code=slip.code,
        link=link,
        qr=qr(link) if draw else Markup(),
    )


def again(survey: Survey, handed: Sequence[Sequence[str]], address: str) -> tuple[Printed, ...]:
    """Return slips from (code, group, name) as a page showed them; raise `BadInput` for a code of no invitation."""
    if not address.startswith(("http://", "https://")) or not handed:
        raise BadInput(_("There are no slips to print. Make the codes first."))
    known = invitations.fingerprints(survey)
    if any(codes.fingerprint(code) not in known for code, _group, _name in handed):
        raise BadInput(_("These codes have been replaced by newer ones; print the newer slips."))
    return tuple(
        Printed(name[:80], group[:80], code, f"{address}#c={code}", qr(f"{address}#c={code}"))
        for code, group, name in handed
    )


def only_this_machine(address: str) -> bool:
    """Say whether an address leads nowhere from a phone."""
    return (urlsplit(address).hostname or "") in ("localhost", "127.0.0.1", "::1")
