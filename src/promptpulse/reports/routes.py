"""Digests by mail, as a page and as PDF."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import JsonValue
from starlette.concurrency import run_in_threadpool

from promptpulse.accounts.access import Access, may_edit, may_read
from promptpulse.accounts.service import find_project
from promptpulse.accounts.shapes import ID, MOMENT, Answer, Page, PageMeta, documented
from promptpulse.accounts.values import By
from promptpulse.core.errors import Conflict, NotFound
from promptpulse.metrics import zone
from promptpulse.reports import schedule, service, shapes
from promptpulse.reports.content import Content
from promptpulse.reports.mailing import read_token
from promptpulse.reports.models import ReportRow, ReportRunRow
from promptpulse.reports.pdf import file_name, pdf
from promptpulse.reports.present import rendered, report_out, reports_out, runs_out
from promptpulse.reports.render import Links, unsubscribe_page
from promptpulse.reports.runs import ask_for

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])
Reader = Annotated[Access, Depends(may_read)]
Editor = Annotated[Access, Depends(may_edit)]
Id = Annotated[str, Path(max_length=256)]
Subscription = Annotated[str, Path(max_length=2000, description="The last part of the link.")]
RUN: dict[str, JsonValue] = {
    "id": ID, "kind": "scheduled", "state": "made", "due_at": MOMENT, "start": "2026-11-20T00:00:00Z",
    "end": "2026-11-21T00:00:00Z", "period": "Friday, 20 November 2026", "said": None, "created_at": MOMENT,
    "created_by": "PromptPulse", "finished_at": MOMENT,
    "deliveries": [{"to": "ada@example.com", "state": "sent", "attempts": 1, "said": "sent by mail.example.com",
                    "finished_at": MOMENT}],
}  # fmt: skip
REPORT: dict[str, JsonValue] = {
    "id": ID, "name": "Morning summary", "enabled": True, "schedule": {"kind": "daily", "hour": 8, "minute": 0},
    "dashboard": None, "where": [], "addresses": ["ada@example.com"], "channels": [], "quiet": False, "pdf": False,
    "created_at": MOMENT, "created_by": "ada@example.com", "changed_at": MOMENT, "when": "Every day at 08:00",
    "next_at": "2026-11-22T08:00:00Z", "unsubscribed": [], "last_run": RUN,
}  # fmt: skip
RENDERED: dict[str, JsonValue] = {
    "subject": "[shop] Morning summary: Friday, 20 November 2026", "html": "<!doctype html>...", "text": "Morning summary ...",
    "start": "2026-11-20T00:00:00Z", "end": "2026-11-21T00:00:00Z", "quiet": None,
}  # fmt: skip


@router.get("", summary="List reports", responses=documented(200, [REPORT], 401, 403))
def list_reports(request: Request, access: Reader) -> Answer[list[shapes.ReportOut]]:
    """By name, each with its next time and its last run."""
    with request.app.state.services.database.sessions() as session:
        rows = service.reports_of(session, access.project.id)
        return Answer(data=reports_out(session, rows, access.project.time_zone))


@router.post("", status_code=201, summary="Define a report", responses=documented(201, REPORT, 401, 403, 409))
def create_report(body: shapes.ReportIn, request: Request, access: Editor) -> Answer[shapes.ReportOut]:
    """It is made at its next time; nothing is sent now."""
    services, project = request.app.state.services, access.project
    with services.database.writing() as session:
        row = service.create(session, project.id, project.time_zone, body, By(access.actor, services.clock()))
        return Answer(data=report_out(session, row, project.time_zone))


@router.post(
    "/preview",
    summary="Preview a report",
    responses=documented(200, {**RENDERED, "upcoming": ["2026-11-22T08:00:00Z"]}, 401, 403),
)
def preview_report(body: shapes.ReportIn, request: Request, access: Reader) -> Answer[shapes.ReportPreview]:
    """As it would look if it were made now. Nothing is kept or sent."""
    services = request.app.state.services
    now = services.clock()
    with services.database.sessions() as session:
        wanted = service.checked(session, access.project.id, body)
        project = find_project(session, access.project.id)
    if project is None:
        raise NotFound("the project was deleted")
    content = services.reporter.preview(wanted, project, now)
    found = rendered(content, services.settings.base_url, content.path)
    times = schedule.upcoming(wanted.schedule, now, zone(project.time_zone), 5)
    return Answer(data=shapes.ReportPreview(**dict(found), upcoming=[one.at for one in times]))


@router.get(
    "/unsubscribe/{subscription}",
    summary="Ask whether to unsubscribe",
    response_class=HTMLResponse,
    responses=documented(200, "<!doctype html>...", 404),
)
def ask_to_unsubscribe(subscription: Subscription, request: Request) -> HTMLResponse:
    """Without signing in. A page with one button: programs that look at links in mails must not unsubscribe anybody."""
    row, address, is_out = _subscription(request, subscription)
    if is_out:
        return _page(
            "You are unsubscribed", f"{address} gets no more mails of the report {row}.", "Subscribe again", again=True
        )
    return _page(f"Unsubscribe from {row}?", f"{address} will get no more mails of this report.", "Unsubscribe")


@router.post(
    "/unsubscribe/{subscription}",
    summary="Unsubscribe",
    response_class=HTMLResponse,
    responses=documented(200, "<!doctype html>...", 404),
)
async def unsubscribe(subscription: Subscription, request: Request) -> HTMLResponse:
    """Without signing in: by the button of the page, or by a mail program (RFC 8058)."""
    again = b"again=1" in (await request.body())[:1000]
    return await run_in_threadpool(_unsubscribe, request, subscription, again=again)


@router.get("/{report_id}", summary="Read a report", responses=documented(200, REPORT, 401, 403, 404))
def read_report(report_id: Id, request: Request, access: Reader) -> Answer[shapes.ReportOut]:
    """With its next time and its last run."""
    with request.app.state.services.database.sessions() as session:
        row = service.existing(session, access.project.id, report_id)
        return Answer(data=report_out(session, row, access.project.time_zone))


@router.patch("/{report_id}", summary="Change a report", responses=documented(200, REPORT, 401, 403, 404, 409))
def change_report(
    report_id: Id, body: shapes.ReportPatch, request: Request, access: Editor
) -> Answer[shapes.ReportOut]:
    """A period that was reported is not reported again, whatever the new schedule says."""
    services, project = request.app.state.services, access.project
    with services.database.writing() as session:
        row = service.existing(session, project.id, report_id, to_change=True)
        service.change(session, row, project.time_zone, body, By(access.actor, services.clock()))
        return Answer(data=report_out(session, row, project.time_zone))


@router.delete("/{report_id}", summary="Delete a report", responses=documented(200, None, 401, 403, 404))
def delete_report(report_id: Id, request: Request, access: Editor) -> Answer[None]:
    """With its history."""
    services = request.app.state.services
    with services.database.writing() as session:
        row = service.existing(session, access.project.id, report_id, to_change=True)
        service.delete(session, row, By(access.actor, services.clock()))
    return Answer(data=None)


@router.get("/{report_id}/runs", summary="History of a report", responses=documented(200, [RUN], 401, 403, 404))
def list_runs(
    report_id: Id,
    request: Request,
    access: Reader,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Page[shapes.ReportRunOut]:
    """Newest first, each with who got it."""
    with request.app.state.services.database.sessions() as session:
        row = service.existing(session, access.project.id, report_id)
        rows, total = service.runs_of(session, row.id, limit, offset)
        return Page(data=runs_out(session, rows, access.project.time_zone), meta=PageMeta(total=total))


@router.post(
    "/{report_id}/runs",
    status_code=201,
    summary="Send a report now",
    responses=documented(201, RUN, 401, 403, 404, 409),
)
def send_report(
    report_id: Id, body: shapes.ReportRunIn, request: Request, access: Editor
) -> Answer[shapes.ReportRunOut]:
    """To all recipients; or, as a test, to the addresses that are named. Its schedule stays as it is."""
    services, project = request.app.state.services, access.project
    now = services.clock()
    with services.database.writing() as session:
        row = service.existing(session, project.id, report_id)
        to = None if body.to is None else service.checked_addresses(body.to, "to")
        gone = service.opted_out(session, row.id)
        if to is not None and gone.issuperset(to):
            raise Conflict(f"{', '.join(to)} unsubscribed from this report; only the link in a mail undoes that")
        wanted = service.wanted_of(row)
        if to is None and not wanted.channels and gone.issuperset(wanted.addresses):
            raise Conflict("the report has no recipients; add an address or a channel, or name some in `to`")
        run_id = ask_for(session, row, zone(project.time_zone), to, access.actor, now)
        service.record_sending(session, row, By(access.actor, now), to)
    services.reporter.make(run_id, now)
    with services.database.sessions() as session:
        run = service.run_of(session, report_id, run_id)
        return Answer(data=runs_out(session, [run], project.time_zone)[0])


@router.get(
    "/{report_id}/runs/{report_run_id}",
    summary="Read a report that was made",
    responses=documented(200, {**RENDERED, "run": RUN}, 401, 403, 404, 409),
)
def read_run(report_id: Id, report_run_id: Id, request: Request, access: Reader) -> Answer[shapes.ReportPage]:
    """As the recipients got it. 409 when it was not made."""
    services = request.app.state.services
    with services.database.sessions() as session:
        run = _run(request, access, report_id, report_run_id)
        content = _content(run)
        out = runs_out(session, [run], access.project.time_zone)[0]
    found = rendered(content, services.settings.base_url, content.path)
    return Answer(data=shapes.ReportPage(**dict(found), run=out))


@router.get(
    "/{report_id}/runs/{report_run_id}/pdf",
    summary="A report as PDF",
    response_class=Response,
    responses=documented(200, "%PDF-1.7 ...", 401, 403, 404, 409),
)
def pdf_of_run(report_id: Id, report_run_id: Id, request: Request, access: Reader) -> Response:
    """What was made, on paper."""
    content = _content(_run(request, access, report_id, report_run_id))
    links = Links(request.app.state.services.settings.base_url, f"/reports/{report_id}/runs/{report_run_id}")
    headers = {"Content-Disposition": f'attachment; filename="{file_name(content)}"'}
    return Response(pdf(content, links), media_type="application/pdf", headers=headers)


def _run(request: Request, access: Access, report_id: str, run_id: str) -> ReportRunRow:
    with request.app.state.services.database.sessions() as session:
        row = service.existing(session, access.project.id, report_id)
        run = service.run_of(session, row.id, run_id)
        _ = run.content  # read while the session is open
        return run


def _content(run: ReportRunRow) -> Content:
    if run.content is None:
        raise Conflict(f"there is nothing to show: the run is {run.state}" + (f" ({run.said})" if run.said else ""))
    return Content.model_validate(run.content)


def _subscription(request: Request, token: str) -> tuple[str, str, bool]:
    """Name of the report, the address, and whether it has unsubscribed. Raises NotFound."""
    services = request.app.state.services
    found = read_token(services.keyring, token)
    with services.database.sessions() as session:
        row = session.get(ReportRow, found.report)
        if row is None:
            raise NotFound("this report was deleted; it sends no more mails")
        return row.name, found.address, found.address in service.opted_out(session, row.id)


def _unsubscribe(request: Request, token: str, *, again: bool) -> HTMLResponse:
    services = request.app.state.services
    found = read_token(services.keyring, token)
    with services.database.writing() as session:
        row = session.get(ReportRow, found.report)
        if row is None:
            raise NotFound("this report was deleted; it sends no more mails")
        service.opt_out(session, row, found.address, services.clock(), again=again)
        name = row.name
    if again:
        return _page("You are subscribed again", f"{found.address} gets the report {name}.", "Unsubscribe")
    return _page(
        "You are unsubscribed",
        f"{found.address} gets no more mails of the report {name}.",
        "Subscribe again",
        again=True,
    )


def _page(title: str, text: str, button: str, *, again: bool = False) -> HTMLResponse:
    return HTMLResponse(unsubscribe_page(title, text, button, again=again))
