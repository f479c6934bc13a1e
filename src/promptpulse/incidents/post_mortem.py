"""Post-mortems in Markdown: drafted from the timeline and the dossier, then written by people. Nothing commits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from promptpulse.accounts.audit import record
from promptpulse.accounts.values import By
from promptpulse.core.errors import Conflict, Refused
from promptpulse.incidents import service, shapes, silences
from promptpulse.incidents.dossier import words_of
from promptpulse.incidents.models import AlertRow, IncidentEventRow, IncidentRow
from promptpulse.incidents.wording import duration, figure, subject
from promptpulse.metrics import zone

MOST_EVENTS = 500
DONE = frozenset({"rollback", "pause", "silence", "action", "verified", "escalated"})
"""Kinds of events that are measures, not observations."""
QUIET = frozenset({"notified", "post_mortem", "title"})
"""Left out of the timeline of the document."""
NOT_YET = "_To be written._"
MARKS = re.compile(r"[\\`*\[\]|#]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
"""Of Markdown; an underline inside a word is none."""
CAUSE_WORDS = {
    "prompt_version": [
        "Try the next version in an experiment on a part of the traffic before it serves everybody.",
        "Add a policy that rolls back by itself when this alert fires.",
    ],
    "model": ["Name a fallback model in the prompt's configuration, and a policy that switches to it."],
    "provider": ["Name a fallback model of another provider, and a policy that switches to it."],
    "user_id": ["Limit how much one user may send."],
}
"""By dimension of the cause: what may prevent it next time."""


def out(row: IncidentRow) -> shapes.PostMortemOut:
    return shapes.PostMortemOut(
        markdown=row.post_mortem,
        revision=row.post_mortem_revision,
        edited=row.post_mortem_edited,
        saved_at=row.post_mortem_at,
        saved_by=row.post_mortem_by,
    )


def save(session: Session, row: IncidentRow, wanted: shapes.PostMortemIn, by: By) -> None:
    """Raises Refused for a text that cannot be kept, and Conflict when somebody saved another meanwhile."""
    if "\x00" in wanted.markdown:
        raise Refused("markdown contains a NUL character; remove it", field="markdown")
    if not wanted.markdown.strip():
        raise Refused("markdown is empty; write something", field="markdown")
    if wanted.revision is not None and wanted.revision != row.post_mortem_revision:
        raise Conflict(
            f"revision: {row.post_mortem_by} saved revision {row.post_mortem_revision} meanwhile; load it, then save again",
            code="edited_meanwhile",
            field="revision",
        )
    if wanted.markdown == row.post_mortem:
        return
    _keep(session, row, wanted.markdown, by, edited=True)
    service.note(session, row.id, by.actor, "post_mortem", "The post-mortem was saved", by.at)
    record(session, row.project_id, by, "incident.post_mortem", row.title, detail={"incident_id": row.id})


def check_may_draft(row: IncidentRow, *, replace: bool) -> None:
    """Raises Conflict when a draft would replace what a person wrote, which only `replace` may."""
    if row.post_mortem_edited and not replace:
        raise Conflict(
            f"replace: {row.post_mortem_by} has edited the post-mortem; set replace to true to write a draft over it",
            code="edited",
            field="replace",
        )


def draft(session: Session, row: IncidentRow, known: shapes.DossierOut, by: By, *, replace: bool = False) -> None:
    """From the timeline and `known`. Raises Conflict as `check_may_draft`."""
    check_may_draft(row, replace=replace)
    events = session.scalars(
        select(IncidentEventRow)
        .where(IncidentEventRow.incident_id == row.id)
        .order_by(IncidentEventRow.position)
        .limit(MOST_EVENTS)
    ).all()
    tz = zone(silences.time_zone(session, row.project_id))
    alerts = service.alerts_of(session, row)[::-1]
    text = "\n".join(_document(row, alerts, events, known, tz, by.at)).rstrip() + "\n"
    _keep(session, row, text[: shapes.LONGEST_DOCUMENT], by, edited=False)
    service.note(session, row.id, by.actor, "post_mortem", "A post-mortem was drafted", by.at)


def _keep(session: Session, row: IncidentRow, text: str, by: By, *, edited: bool) -> None:
    row.post_mortem = text
    row.post_mortem_revision += 1
    row.post_mortem_edited = edited
    row.post_mortem_at = by.at
    row.post_mortem_by = by.actor[:300]
    session.flush()


def _document(
    row: IncidentRow,
    alerts: Sequence[AlertRow],
    events: Sequence[IncidentEventRow],
    known: shapes.DossierOut,
    tz: ZoneInfo,
    now: datetime,
) -> Iterator[str]:
    yield f"# {escaped(row.title)}"
    yield ""
    yield from _facts(row, alerts, tz, now)
    yield from ("", "## Summary", "")
    yield from _summary(row, known, now)
    yield from ("", "## Impact", "")
    yield from _impact(known)
    yield from ("", "## Timeline", "", f"Times are of {tz.key}.", "")
    for event in sorted((e for e in events if e.kind not in QUIET), key=lambda e: e.position):
        yield f"- **{_moment(event.at, tz)}** {escaped(_line(event))}"
    yield from ("", "## Cause", "")
    yield from _cause(known)
    yield from ("", "## What was done", "")
    done = [event for event in events if event.kind in DONE]
    yield from ([f"- {escaped(_line(event))} ({_moment(event.at, tz)})" for event in done] or [NOT_YET])
    yield from ("", "## Prevention", "")
    for text in _prevention(row, known):
        yield f"- [ ] {text}"


def _facts(row: IncidentRow, alerts: Sequence[AlertRow], tz: ZoneInfo, now: datetime) -> Iterator[str]:
    end = row.resolved_at
    yield "| | |"
    yield "|---|---|"
    yield f"| Severity | {row.severity} |"
    yield f"| Began | {_moment(row.began_at, tz)} |"
    yield f"| Noticed | {_moment(row.opened_at, tz)} (after {duration(row.opened_at - row.began_at)}) |"
    if row.acknowledged_at:
        after = duration(row.acknowledged_at - row.opened_at)
        yield f"| Acknowledged | {_moment(row.acknowledged_at, tz)} (after {after}) |"
    if row.mitigated_at:
        yield f"| Mitigated | {_moment(row.mitigated_at, tz)} (after {duration(row.mitigated_at - row.opened_at)}) |"
    yield f"| Resolved | {_moment(end, tz) if end else 'not yet'} |"
    yield f"| Lasted | {duration((end or now) - row.began_at)} |"
    about = subject(row.scope)
    if about:
        yield f"| About | {_cell(about)} |"
    yield f"| Alerts | {_cell(', '.join(dict.fromkeys(alert.name for alert in alerts)))} |"


def _summary(row: IncidentRow, known: shapes.DossierOut, now: datetime) -> Iterator[str]:
    lasted = duration((row.resolved_at or now) - row.began_at)
    over = f"It lasted {lasted}." if row.resolved_at else f"It has lasted {lasted} and is not over."
    yield f"{escaped(row.title)}. {over} {' '.join(escaped(text) for text in known.summary)}".rstrip()


def _impact(known: shapes.DossierOut) -> Iterator[str]:
    found = known.impact
    if found.error is not None:
        yield f"Not known: {escaped(found.error)}"
        return
    yield f"- Calls: {_count(found.calls)}, of which {_count(found.failed_calls)} failed"
    yield f"- Users: {_count(found.users) if found.users is not None else 'calls name no users'}"
    extra = "not known" if found.extra_usd is None else figure(max(0.0, found.extra_usd), "usd")
    yield f"- Extra cost against the time before: {extra}"
    if found.failed_usd is not None:
        yield f"- Cost of failed calls: {figure(found.failed_usd, 'usd')}"


def _cause(known: shapes.DossierOut) -> Iterator[str]:
    cause = known.causes.most_likely
    if cause is None:
        yield escaped(known.causes.note or known.causes.error or "") or NOT_YET
    else:
        yield escaped(cause.text)
        yield ""
        for line in cause.evidence:
            yield f"- {escaped(line)}"
    near = [item for item in known.changes.items if item.minutes_before >= 0][:5]
    if near:
        yield from ("", "Changed before it began:", "")
        for item in near:
            yield f"- {escaped(item.text)}, {duration(timedelta(minutes=round(item.minutes_before)))} before ({escaped(item.by)})"
    failed = known.errors.groups[:5]
    if failed:
        yield from ("", "Errors:", "")
        for group in failed:
            of_kind = [*([group.error_type] if group.message else []), *(["new"] if group.new else [])]
            more = f" ({', '.join(of_kind)})" if of_kind else ""
            yield f"- {_count(group.calls)} x {escaped(words_of(group)[:200])}{more}"


def _prevention(row: IncidentRow, known: shapes.DossierOut) -> Iterator[str]:
    cause = known.causes.most_likely
    yield from CAUSE_WORDS.get(cause.dimension if cause else "", [])
    noticed = row.opened_at - row.began_at
    if noticed.total_seconds() > 600:
        yield f"It was noticed after {duration(noticed)}: a shorter window or duration of the rule would tell earlier."
    if row.acknowledged_at is None:
        yield "Nobody acknowledged it: check where these alerts go."
    if known.similar:
        yield f"It happened before ({len(known.similar)} similar): look at what was planned then."
    yield NOT_YET


def escaped(text: str) -> str:
    """As Markdown shows it letter by letter: names and messages come from outside."""
    line = MARKS.sub(r"\\\g<0>", " ".join(text.split()))
    return line.replace("<", "&lt;").replace(">", "&gt;")


def _cell(text: str) -> str:
    return escaped(text)


def _line(event: IncidentEventRow) -> str:
    return event.text if event.actor == service.PROMPTPULSE else f"{event.actor}: {event.text}"


def _moment(at: datetime, tz: ZoneInfo) -> str:
    return at.astimezone(tz).strftime("%Y-%m-%d %H:%M:%S")


def _count(n: int | None) -> str:
    return "not known" if n is None else f"{n:,}"
