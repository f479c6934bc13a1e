"""A server of its own for a measurement."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

KEY = "bench-key-0123456789abcdef"


class Server:
    """`promptpulse serve` on `folder`; `start_s` is the time from its start to /readyz."""

    def __init__(self, folder: Path) -> None:
        environment = {**os.environ, "PROMPTPULSE_BOOTSTRAP_KEY": KEY, "PROMPTPULSE_RATE_LIMIT_PER_MINUTE": "1000000"}
        command = [
            sys.executable,
            "-m",
            "promptpulse",
            "serve",
            "--port",
            "0",
            "--data",
            str(folder),
            "--log-level",
            "warning",
        ]
        self._output = folder / "server.log"
        folder.mkdir(parents=True, exist_ok=True)
        started = time.perf_counter()
        with self._output.open("w") as output:
            self._process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
        self.url = self._address()
        httpx.get(f"{self.url}/readyz").raise_for_status()
        self.start_s = time.perf_counter() - started
        self.port = httpx.URL(self.url).port or 0
        self.client = httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {KEY}"}, timeout=60)

    def _address(self) -> str:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self._process.poll() is None:
            for word in self._output.read_text().split():
                if word.startswith("http://127.0.0.1:") and word.count("/") == 2:
                    return word
            time.sleep(0.01)
        raise RuntimeError(f"the server did not start: {self._output.read_text()}")

    @property
    def sign_in_link(self) -> str:
        """Works once."""
        return next(word for word in self._output.read_text().split() if "/sign-in?token=" in word)

    def peak_memory_mib(self) -> float:
        """Largest resident size so far, or since `forget_peak`."""
        return self._memory_mib("VmHWM")

    def memory_mib(self) -> float:
        """Resident size now."""
        return self._memory_mib("VmRSS")

    def forget_peak(self) -> None:
        Path(f"/proc/{self._process.pid}/clear_refs").write_text("5")

    def _memory_mib(self, name: str) -> float:
        for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError(f"/proc tells no {name}")

    def cpu_s(self) -> float:
        """Processor time used so far, user and system."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def query(self, body: dict[str, object]) -> dict[str, object]:
        answer = self.client.post("/api/v1/query", json=body)
        answer.raise_for_status()
        data = answer.json()["data"]
        assert isinstance(data, dict)
        return data

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(60)
