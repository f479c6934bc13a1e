"""Mails by SMTP, as text and HTML, in one thread an alert."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, parseaddr
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from promptpulse.core import errors
from promptpulse.core.ids import stable_hash
from promptpulse.notify.messages import Message
from promptpulse.notify.sending.http import scrubbed
from promptpulse.notify.sending.wording import cut, headline, label, link, moment, one_line
from promptpulse.notify.values import Delivered, Later, Outcome, Parcel, Refused, Target

TIMEOUT_S = 10.0
SUBJECT = 200
COLOURS = {"info": "#2563eb", "warning": "#b45309", "critical": "#b91c1c"}
RESOLVED = "#15803d"
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


@dataclass(frozen=True, slots=True)
class MailServer:
    """From PROMPTPULSE_SMTP_URL and _SMTP_FROM."""

    host: str
    port: int
    user: str
    password: str
    implicit_tls: bool
    tls_required: bool
    sender: str
    """`PromptPulse <pulse@example.com>`."""

    @property
    def domain(self) -> str:
        return parseaddr(self.sender)[1].rpartition("@")[2] or self.host


def mail_server(url: str, sender: str) -> MailServer | None:
    """None when `url` is empty. Raises Refused, without repeating the password."""
    if not url:
        return None
    wrong = errors.Refused(
        "smtp_url cannot be read; write it as smtp://user:password@host:587 or smtps://user:password@host, with special"
        " characters of the password percent-encoded",
        field="smtp_url",
    )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise wrong from None
    options = parse_qs(parts.query)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or set(options) - {"tls"}:
        raise wrong
    implicit = parts.scheme == "smtps"
    sender = sender or f"PromptPulse <promptpulse@{parts.hostname}>"
    if "@" not in parseaddr(sender)[1]:
        raise errors.Refused("smtp_from must hold an address: PromptPulse <pulse@example.com>", field="smtp_from")
    return MailServer(
        host=parts.hostname,
        port=port or (465 if implicit else 587 if parts.username else 25),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        implicit_tls=implicit,
        tls_required=options.get("tls") == ["required"],
        sender=sender,
    )


def mail(message: Message, target: Target, server: MailServer, parcel: Parcel, base_url: str) -> EmailMessage:
    """Its `Message-ID` is the same at each try; `References` puts all of an alert into one thread."""
    root = f"<thread.{stable_hash(target.id, message.thread)}@{server.domain}>"
    found = EmailMessage()
    found["Subject"] = cut(f"[{one_line(target.project)}] {headline(message)}", SUBJECT)
    found["From"] = formataddr(parseaddr(server.sender))
    found["To"] = ", ".join(target.addresses)
    found["Date"] = format_datetime(parcel.at)
    found["Message-ID"] = f"<{parcel.id}@{server.domain}>"
    found["In-Reply-To"] = root
    found["References"] = root
    found["List-Id"] = f"PromptPulse alerts <{target.id}.alerts.{server.domain}>"
    found["Auto-Submitted"] = "auto-generated"
    found["X-PromptPulse-Severity"] = message.severity
    if message.severity == "critical" and message.event in {"fired", "escalated"}:
        found["Importance"] = "high"
    said = {
        "label": label(message),
        "title": one_line(message.title),
        "text": message.text.strip(),
        "facts": message.facts,
        "url": link(base_url, message.url),
        "settings_url": f"{base_url}/settings/channels",
        "project": target.project,
        "channel": target.name,
        "at": moment(message.at),
        "colour": RESOLVED if message.event == "resolved" else COLOURS[message.severity],
    }
    found.set_content(_TEMPLATES.get_template("message.txt").render(said))
    found.add_alternative(_TEMPLATES.get_template("message.html").render(said), subtype="html")
    return found


def send(server: MailServer | None, base_url: str, target: Target, parcel: Parcel) -> Outcome:
    if server is None:
        return Later("no mail server is known; the operator sets PROMPTPULSE_SMTP_URL")
    try:
        letter = mail(parcel.message, target, server, parcel, base_url)
    except ValueError as e:
        return _failed(server, e, (server.password, server.user))
    return deliver(server, letter)


def deliver(server: MailServer, letter: EmailMessage) -> Outcome:
    secrets = (server.password, server.user)
    try:
        with _connected(server) as connection:
            refused = connection.send_message(letter)
    except (smtplib.SMTPException, OSError, ValueError) as e:
        return _failed(server, e, secrets)
    if refused:
        names = ", ".join(f"{address} ({code} {_text(text)})" for address, (code, text) in refused.items())
        return Delivered(_said(f"sent, but not to {names}", secrets))
    return Delivered(f"sent by {server.host}")


def reach(server: MailServer) -> Outcome:
    """Sign in, and send nothing."""
    try:
        with _connected(server):
            return Delivered(f"{server.host}:{server.port} answers")
    except (smtplib.SMTPException, OSError, ValueError) as e:
        return _failed(server, e, (server.password, server.user))


def _connected(server: MailServer) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.implicit_tls:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=context)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
    try:
        connection.ehlo()
        if not server.implicit_tls and (server.tls_required or connection.has_extn("starttls")):
            connection.starttls(context=context)  # raises when it is not offered
            connection.ehlo()
        if server.user:
            connection.login(server.user, server.password)
    except BaseException:
        connection.close()
        raise
    return connection


def _failed(server: MailServer, error: Exception, secrets: tuple[str, ...]) -> Outcome:
    """For good when the server says so (5xx) of the mail itself; what is wrong with the server may be mended."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = error.recipients.items()
        said = "refused: " + ", ".join(f"{address} ({code} {_text(text)})" for address, (code, text) in answers)
        lasting = all(500 <= code < 600 for _, (code, _) in answers)
    elif isinstance(error, smtplib.SMTPAuthenticationError):
        said, lasting = f"the mail server refused the user and password ({error.smtp_code})", False
    elif isinstance(error, (smtplib.SMTPSenderRefused, smtplib.SMTPDataError)):
        said, lasting = f"{error.smtp_code} {_text(error.smtp_error)}", 500 <= error.smtp_code < 600
    else:
        said, lasting = f"the mail server {server.host} could not be used: {one_line(str(error))}", False
    text = _said(said, secrets)
    return Refused(text) if lasting else Later(text)


def _text(said: bytes | str) -> str:
    return one_line(said.decode(errors="replace") if isinstance(said, bytes) else said)


def _said(text: str, secrets: tuple[str, ...]) -> str:
    return scrubbed(cut(text, 500), secrets)
