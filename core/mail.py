"""Letters by SMTP, where a mail server is set; the only module that knows how."""

import re
import smtplib
import ssl
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import make_msgid
from urllib.parse import unquote, urlsplit

from flask import current_app

from core.errors import DomainError
from core.i18n import _

# What is wrong with one letter only: an address nobody has, or one that is none.
WRONG = (smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError, smtplib.SMTPDataError, ValueError)
# Looks like a mail address; whether anybody has it, only a letter tells.
ADDRESS = re.compile(r"[^\s@<>\"(),:;\\]+@[^\s@<>\"(),:;\\]+\.[A-Za-z0-9-]{2,}$")
PATIENCE = 20  # seconds the mail server may take to answer


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one address."""

    to: str
    subject: str
    text: str


class NotSent(DomainError):
    """The mail server is missing or refused; the message says which, and how many letters went out before."""


def available() -> bool:
    """Say whether a mail server is set."""
    return bool(current_app.config["SETTINGS"].mail)


def send(letters: Sequence[Letter]) -> int:
    """Send each letter on its own, so that no address sees another; return how many were taken. Raises `NotSent`."""
    settings = current_app.config["SETTINGS"]
    if not settings.mail:
        raise NotSent(_("No mail server is set, so nothing was sent."))
    taken = 0
    try:
        with _server(settings.mail) as server:
            for letter in letters:
                try:
                    server.send_message(_message(letter, settings.mail_from))
                    taken += 1
                except WRONG:
                    continue  # one wrong address must not keep the others from their letter
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(
            _(
                "The mail server did not answer or refused (%(reason)s); %(taken)s of %(all)s letters went out.",
                reason=type(error).__name__,
                taken=taken,
                all=len(letters),
            )
        ) from error
    return taken


def _message(letter: Letter, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = sender, letter.to
    message["Subject"] = " ".join(letter.subject.split())
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message.set_content(letter.text)
    return message


def _server(address: str) -> AbstractContextManager[smtplib.SMTP]:
    parts = urlsplit(address)
    host, context = parts.hostname or "", ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=PATIENCE, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=PATIENCE)
    if parts.scheme == "smtp+tls":
        server.starttls(context=context)
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
    return server
