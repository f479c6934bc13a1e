"""The process of zygote.py: it has imported the product, and forks."""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import cast

from promptpulse import cli

# what servers and commands would else import after they have begun
for name in ("agents", "answering", "checkup", "exporting", "live", "saving", "standing", "top"):
    import_module(f"promptpulse.remote.{name}")
for name in ("promptpulse.app", "promptpulse.server", "pandas"):
    import_module(name)


def main() -> None:
    """Answers a line for a line, until there are no more."""
    ended: dict[int, int] = {}
    answers = os.fdopen(os.dup(1), "wb")
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        if "poll" in asked:
            answer = _ended(asked["poll"], ended)
        else:
            answer = os.fork()
            if answer == 0:
                _become(asked)
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()
    for pid in _children():
        os.kill(pid, signal.SIGKILL)


def _ended(pid: int, ended: dict[int, int]) -> int | None:
    if pid not in ended:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            ended[pid] = os.waitstatus_to_exitcode(status)
    return ended.get(pid)


def _children() -> list[int]:
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


def _become(asked: dict[str, object]) -> None:
    """A process that was started so, to its end."""
    code = 1
    try:
        null = os.open(os.devnull, os.O_RDONLY)
        out, errors = (os.open(str(asked[name]), os.O_WRONLY | os.O_CREAT | os.O_APPEND) for name in ("out", "errors"))
        for here, there in ((null, 0), (out, 1), (errors, 2)):
            os.dup2(here, there)
        os.closerange(3, 256)
        os.chdir(str(asked["folder"]))
        os.environ.clear()
        os.environ.update(cast("dict[str, str]", asked["env"]))
        sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w")
        sys.argv = ["promptpulse", *cast("list[str]", asked["arguments"])]
        cli.main()
        code = 0
    except SystemExit as e:
        code = e.code if isinstance(e.code, int) else int(e.code is not None)
    except Exception:  # noqa: BLE001  # as the interpreter does
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
