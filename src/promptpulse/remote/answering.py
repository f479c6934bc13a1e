"""Answers of the API as tables and lines of a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from promptpulse.remote.client import Json, as_object, as_objects
from promptpulse.remote.wording import NOTHING, local, signed_percent, spelled

NONE = "(none)"


def title(body: Mapping[str, object], zone: ZoneInfo) -> Text:
    """Which range of time was asked for."""
    return Text(f"{local(body['start'], zone)} to {local(body['end'], zone)} ({zone.key})", style="dim")


def table(answer: object, zone: ZoneInfo) -> Table:
    """A row a group, or a bucket and group."""
    frame = as_object(answer)
    metrics = as_objects(frame["metrics"])
    groups = as_objects(frame["groups"])
    change = frame.get("change")
    changes = as_object(change) if change else {}
    buckets = frame["buckets"] if isinstance(frame["buckets"], list) else None
    shown = Table(box=None, header_style="bold", pad_edge=False)
    if buckets is not None:
        shown.add_column("Time")
    for name in groups[0] if groups else ():
        shown.add_column(name, overflow="fold")
    for metric in metrics:
        shown.add_column(str(metric["label"]), justify="right")
        if str(metric["key"]) in changes:
            shown.add_column("change", justify="right")
    values = as_object(frame["values"])
    for at, bucket in enumerate(buckets or (None,)):
        for index, group in enumerate(groups):
            row = [] if bucket is None else [local(bucket, zone)]
            row += [NONE if value is None else str(value) for value in group.values()]
            row += _cells(metrics, values, changes, index, at)
            shown.add_row(*(Text(cell) for cell in row))
    if not groups:
        shown.add_row(Text("No calls", style="dim"))
    return shown


def call_line(call: Json, zone: ZoneInfo) -> Text:
    """Of `tail`."""
    failed = call.get("status") == "error"
    line = Text(f"{local(call.get('timestamp'), zone, seconds=True)[11:]}  ")
    line.append(f"{'error  ' if failed else 'success'}  ", style="red" if failed else "green")
    line.append(f"{spelled(call.get('latency_ms'), 'ms'):>10}  {spelled(call.get('cost_usd'), 'usd'):>10}  ")
    version = f" v{call['prompt_version']}" if call.get("prompt_version") else ""
    line.append(f"{call.get('prompt_id') or NOTHING}{version}", style="bold")
    line.append(f"  {call.get('model') or NOTHING}", style="dim")
    if failed:
        line.append(f"  {call.get('error_type') or ''}: {call.get('error_message') or ''}".rstrip(": "), style="red")
    return line


def _cells(
    metrics: Sequence[Json], values: Mapping[str, object], changes: Mapping[str, object], group: int, bucket: int
) -> Iterator[str]:
    for metric in metrics:
        key = str(metric["key"])
        of_metric = values[key]
        value = of_metric[group][bucket] if isinstance(of_metric, list) else None
        yield spelled(value, str(metric["unit"]))
        if key in changes:
            yield signed_percent(as_objects(changes[key])[group].get("percent"))
