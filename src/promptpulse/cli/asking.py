"""Commands that ask a running server, with PROMPTPULSE_URL and PROMPTPULSE_KEY."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import msgspec
import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from promptpulse.cli.parts import (
    LOCAL,
    AsJson,
    Key,
    ProjectId,
    Url,
    app,
    connected,
    err,
    failures,
    now,
    out,
    show_json,
    wide,
)
from promptpulse.core.errors import NotFound

if TYPE_CHECKING:
    from promptpulse.remote.client import Json, Remote

alerts = typer.Typer(no_args_is_help=True, help="Alerts of a project.")
app.add_typer(alerts, name="alerts")
reports = typer.Typer(no_args_is_help=True, help="Scheduled reports of a project.")
app.add_typer(reports, name="report")


@app.command()
def status(url: Url = LOCAL, key: Key = "", project: ProjectId = "", *, as_json: AsJson = False) -> None:
    """What the project has, what is wrong now. Exit code 1 when alerts fire or incidents are open."""
    from promptpulse.remote.standing import standing  # noqa: PLC0415

    with failures(), connected(url, key, project) as remote:
        found = standing(remote)
        if as_json:
            show_json(found.as_json())
        else:
            for name, said in found.lines():
                out.print(f"[bold]{name:<10}[/bold] {escape(said)}", soft_wrap=True)
        if found.trouble:
            raise typer.Exit(1)


@app.command()
def query(
    question: Annotated[str, typer.Argument(help='Such as "p95 by prompt last 7d"; see docs/cli.md.')],
    url: Url = LOCAL,
    key: Key = "",
    project: ProjectId = "",
    *,
    as_json: AsJson = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Print what is asked of the API, and ask nothing.")
    ] = False,
) -> None:
    """Ask for metrics in a few words."""
    from promptpulse.remote import answering  # noqa: PLC0415
    from promptpulse.remote import question as language  # noqa: PLC0415

    with failures(), connected(url, key, project) as remote:
        zone = zone_of(remote)
        words = language.vocabulary(remote.one("/api/v1/metrics/catalogue"))
        body = language.read(question, words, now(), zone)
        if explain:
            show_json(body)
            return
        answer = remote.post("/api/v1/query", body)
        if as_json:
            show_json(answer)
        else:
            out.print(answering.title(body, zone))
            wide().print(answering.table(answer, zone))


@app.command()
def top(
    by: Annotated[str, typer.Option(help="Dimension, such as prompt, model, version or feature.")] = "prompt",
    last: Annotated[str, typer.Option(help="Length of time: 5m, 1h, ...")] = "15m",
    sort: Annotated[str, typer.Option(help="requests, errors, p95 or cost.")] = "requests",
    every: Annotated[float, typer.Option(help="Seconds between two looks.", min=1)] = 2.0,
    url: Url = LOCAL,
    key: Key = "",
    project: ProjectId = "",
    *,
    once: Annotated[bool, typer.Option("--once", help="Print one picture and end.")] = False,
) -> None:
    """Watch traffic, errors, latency and cost of the last minutes. Ends with Ctrl-C."""
    from rich.live import Live  # noqa: PLC0415

    from promptpulse.remote import top as view  # noqa: PLC0415
    from promptpulse.remote.client import WrongOption  # noqa: PLC0415
    from promptpulse.remote.question import length_of  # noqa: PLC0415

    with failures(), connected(url, key, project) as remote:
        if sort not in view.SORTED_BY:
            raise WrongOption(f"sort: {sort!r} is not one of {', '.join(view.SORTED_BY)}", field="sort")
        zone, window = zone_of(remote), length_of(last)
        if once:
            out.print(view.frame(remote, by, window, sort, now(), zone))
            return
        with suppress(KeyboardInterrupt), Live(console=out, screen=out.is_terminal, auto_refresh=False) as live:
            for shown in view.frames(remote, by, window, sort, now, zone, every):
                live.update(shown, refresh=True)


@app.command()
def tail(
    prompt: Annotated[str | None, typer.Option(help="Only of this prompt.", show_default=False)] = None,
    model: Annotated[str | None, typer.Option(help="Only of this model.", show_default=False)] = None,
    state: Annotated[str | None, typer.Option("--status", help="success or error.", show_default=False)] = None,
    search: Annotated[str | None, typer.Option(help="Search in ids and errors.", show_default=False)] = None,
    first: Annotated[int, typer.Option("-n", "--lines", help="Stored calls to begin with.", min=0, max=200)] = 10,
    url: Url = LOCAL,
    key: Key = "",
    project: ProjectId = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    follow: Annotated[bool, typer.Option("--follow/--no-follow", help="Wait for more.")] = True,
) -> None:
    """Show calls as they arrive. Ends with Ctrl-C."""
    from promptpulse.remote import answering, live  # noqa: PLC0415

    filters = {"prompt_id": prompt, "model": model, "status": state, "search": search}
    with failures(), connected(url, key, project) as remote:
        zone = zone_of(remote)
        for call in live.tail(remote, filters, first, follow=follow):
            if as_json:
                print(msgspec.json.encode(call).decode(), flush=True)  # noqa: T201
            elif out.is_terminal:
                out.print(answering.call_line(call, zone), no_wrap=True, overflow="ellipsis")
            else:
                print(answering.call_line(call, zone).plain, flush=True)  # noqa: T201 - whole, for grep


@app.command()
def export(
    kind: Annotated[str, typer.Argument(help="calls, scores or events.")],
    file: Annotated[Path, typer.Argument(help="Where to write; run it again to go on after an interruption.")],
    form: Annotated[str, typer.Option("--format", help="ndjson, csv or parquet; by default of the file's name.")] = "",
    last: Annotated[
        str, typer.Option(help="Of the last 7d, 24h, ...; calls without it: 30d.", show_default=False)
    ] = "",
    start: Annotated[str | None, typer.Option(help="From this time, RFC 3339.", show_default=False)] = None,
    end: Annotated[str | None, typer.Option(help="To this time, RFC 3339.", show_default=False)] = None,
    prompt: Annotated[str | None, typer.Option(help="Only of this prompt.", show_default=False)] = None,
    experiment: Annotated[str | None, typer.Option(help="Id; needed for events.", show_default=False)] = None,
    url: Url = LOCAL,
    key: Key = "",
    project: ProjectId = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Write calls, scores or events to a file, however often the way breaks off."""
    from promptpulse.remote import exporting  # noqa: PLC0415

    with failures(), connected(url, key, project) as remote:
        given = exporting.Selection(kind, form, last, start, end, prompt, experiment)
        wanted = exporting.wanted(given, file, now())
        columns = (
            TextColumn("Exporting"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn(),
        )  # fmt: skip
        with Progress(*columns, console=err) as progress:
            task = progress.add_task("", total=None)
            rows = exporting.export(
                remote, wanted, file, lambda done, total: progress.update(task, completed=done, total=total)
            )
        if as_json:
            show_json({"kind": kind, "rows": rows, "file": str(file)})
        else:
            out.print(f"{rows} {kind} in {file}", soft_wrap=True)


@alerts.command("test")
def alerts_test(
    channel: Annotated[str, typer.Argument(help="Name or id of the channel.")],
    url: Url = LOCAL,
    key: Key = "",
    project: ProjectId = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Send a test message to a channel now. Exit code 1 when the receiver did not take it."""
    with failures(), connected(url, key, project) as remote:
        found = named(remote.many("/api/v1/channels"), channel, "channel")
        answer = remote.post(f"/api/v1/channels/{found['id']}/test")
        result = answer if isinstance(answer, dict) else {}
        if as_json:
            show_json(result)
        else:
            mark = "[green]taken[/green]" if result.get("ok") else "[red]not taken[/red]"
            out.print(f"{mark}: {escape(str(result.get('said') or ''))}", soft_wrap=True)
        if not result.get("ok"):
            raise typer.Exit(1)


@reports.command("send")
def report_send(
    report: Annotated[str, typer.Argument(help="Name or id of the report.")],
    to: Annotated[list[str] | None, typer.Option(help="Only to this address, as a test; repeat it.")] = None,
    url: Url = LOCAL,
    key: Key = "",
    project: ProjectId = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Make a report now and send it. Its schedule stays as it is. Exit code 1 when it could not be made."""
    with failures(), connected(url, key, project) as remote:
        found = named(remote.many("/api/v1/reports"), report, "report")
        run = remote.post(f"/api/v1/reports/{found['id']}/runs", {"to": to or None})
        told = run if isinstance(run, dict) else {}
        if as_json:
            show_json(told)
        else:
            out.print(
                f"{told['state']}: {escape(str(told['period']))} {escape(str(told['said'] or ''))}", soft_wrap=True
            )
            for one in told["deliveries"]:
                out.print(f"  {escape(one['to'])}: {one['state']} {escape(one['said'] or '')}", soft_wrap=True)
        if told.get("state") == "failed":
            raise typer.Exit(1)


@app.command()
def mcp(url: Url = LOCAL, key: Key = "", project: ProjectId = "") -> None:
    """Serve read-only tools to an agent by the Model Context Protocol, over standard input and output."""
    from promptpulse import __version__  # noqa: PLC0415
    from promptpulse.remote.agents import server  # noqa: PLC0415

    with failures(), connected(url, key, project) as remote:
        server(remote, now, __version__).run("stdio")


def named(found: Sequence[Json], wanted: str, kind: str) -> Json:
    """By its id, or by its name in capitals or not. Raises NotFound with the names there are."""
    for one in found:
        if wanted == one["id"] or wanted.casefold() == str(one["name"]).casefold():
            return one
    names = ", ".join(sorted(str(one["name"]) for one in found))
    there = f"there {'is' if len(found) == 1 else 'are'}: {names}" if found else "there is none"
    raise NotFound(f"{wanted!r} is no {kind} of the project; {there}")


def zone_of(remote: Remote) -> ZoneInfo:
    """In which days of the project begin."""
    from promptpulse.remote.client import as_object  # noqa: PLC0415

    return ZoneInfo(str(as_object(remote.one("/api/v1/status")["project"])["time_zone"]))
