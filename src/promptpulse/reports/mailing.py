"""Mails of reports: HTML and text, charts attached, and a way to unsubscribe that needs no sign-in."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, parseaddr

import msgspec

from promptpulse.core.errors import AppError, NotFound
from promptpulse.db import Database
from promptpulse.notify.secrets import Keyring
from promptpulse.notify.sending.mail import MailServer, deliver
from promptpulse.notify.values import Later, Outcome, Parcel, Refused, Target
from promptpulse.reports import service
from promptpulse.reports.content import Content
from promptpulse.reports.models import ReportRow, ReportRunRow
from promptpulse.reports.pdf import file_name, pdf
from promptpulse.reports.render import Links, pictures, written

PURPOSE = "unsubscribe from a report"


@dataclass(frozen=True, slots=True)
class Unsubscribing:
    """What a link of a mail says. Nobody else can make one: it is encrypted with the key of the server."""

    purpose: str
    report: str
    address: str


def token_of(keyring: Keyring, report_id: str, address: str) -> str:
    return keyring.encrypted(msgspec.json.encode(Unsubscribing(PURPOSE, report_id, address)).decode())


def read_token(keyring: Keyring, token: str) -> Unsubscribing:
    """Raises NotFound for whatever this server did not make for this purpose."""
    try:
        found = msgspec.json.decode(keyring.decrypted(token), type=Unsubscribing)
    except (AppError, msgspec.DecodeError, ValueError) as e:
        raise NotFound("this link does not work: it is incomplete, or of another server") from e
    if found.purpose != PURPOSE:
        raise NotFound("this link does not work: it is incomplete, or of another server")
    return found


def unsubscribe_address(base_url: str, token: str) -> str:
    return f"{base_url}/api/v1/reports/unsubscribe/{token}"


@dataclass(frozen=True, slots=True)
class ReportMails:
    """Sends what lanes of reports have in the outbox."""

    database: Database
    keyring: Keyring
    server: MailServer | None
    base_url: str

    def __call__(self, target: Target, parcel: Parcel) -> Outcome:
        if self.server is None:
            return Later("no mail server is known; the operator sets PROMPTPULSE_SMTP_URL")
        run_id, address = str(parcel.message.body.get("report_run", "")), target.addresses[0]
        with self.database.sessions() as session:
            run = session.get(ReportRunRow, run_id)
            row = session.get(ReportRow, run.report_id) if run else None
            if run is None or row is None or run.content is None:
                return Refused("the report was deleted before it was sent")
            if address in service.opted_out(session, row.id):
                return Refused("the recipient has unsubscribed")
            content = Content.model_validate(run.content)
            with_pdf = service.wanted_of(row).pdf
            report_id = row.id
        token = token_of(self.keyring, report_id, address)
        letter = mail(content, address, self.server, Links(
            self.base_url, f"/reports/{report_id}/runs/{run_id}", unsubscribe_address(self.base_url, token)
        ), parcel, report_id, with_pdf=with_pdf)  # fmt: skip
        return deliver(self.server, letter)


def mail(
    content: Content, address: str, server: MailServer, links: Links, parcel: Parcel, report_id: str, *, with_pdf: bool
) -> EmailMessage:
    """Its `Message-ID` is the same at each try."""
    ids = [f"chart{n}.{parcel.id}@{server.domain}" for n in range(len(pictures(content)))]
    found = written(content, links, lambda n, _: f"cid:{ids[n]}")
    letter = EmailMessage()
    letter["Subject"] = found.subject
    letter["From"] = formataddr(parseaddr(server.sender))
    letter["To"] = address
    letter["Date"] = format_datetime(parcel.at)
    letter["Message-ID"] = f"<{parcel.id}@{server.domain}>"
    letter["List-Id"] = f"PromptPulse reports <{report_id}.reports.{server.domain}>"
    letter["List-Unsubscribe"] = f"<{links.unsubscribe}>"
    letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(found.text)
    letter.add_alternative(found.html, subtype="html")
    html = letter.get_payload()[1]  # type: ignore[index]  # the alternative just added
    assert isinstance(html, EmailMessage)  # noqa: S101 - as above
    for n, image in enumerate(pictures(content)):
        html.add_related(image, "image", "png", cid=f"<{ids[n]}>", filename=f"chart-{n + 1}.png", disposition="inline")
    if with_pdf:
        letter.add_attachment(pdf(content, links), "application", "pdf", filename=file_name(content))
    return letter
