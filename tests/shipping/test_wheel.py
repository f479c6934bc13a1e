"""The package as a stranger installs it: without the sources, without Node, in an environment of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from email import message_from_string
from pathlib import Path
from zipfile import ZipFile

import pytest

from promptpulse import __version__
from server.process import Server

pytestmark = pytest.mark.xdist_group("wheel")
ROOT = Path(__file__).parents[2]
LIGHT = {"httpx", "opentelemetry-exporter-otlp-proto-http", "opentelemetry-sdk"}
LOCKED = re.compile(r"^([\w.-]+==[^\\\n]*[^\\\s])\s*\\?$", re.MULTILINE)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    (built,) = folder.glob("promptpulse-*.whl")
    return built


def test_the_wheel_has_the_web_app_and_what_the_server_reads(wheel: Path) -> None:
    names = set(ZipFile(wheel).namelist())
    package = ROOT / "src" / "promptpulse"
    read = [path for kind in ("*.sql", "*.html", "*.txt", "*.jinja", "*.css", "*.js") for path in package.rglob(kind)]
    read += [*package.glob("db/migrations/versions/m*.py"), package / "py.typed"]
    assert {f"promptpulse/{path.relative_to(package)}" for path in read} <= names
    assert "promptpulse/static/index.html" in names
    assert any(name.endswith("/licenses/LICENSE") for name in names)


def test_the_wheel_has_nothing_else(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in ZipFile(wheel).namelist()}
    assert tops == {"promptpulse", f"promptpulse-{__version__}.dist-info"}
    assert not [name for name in ZipFile(wheel).namelist() if "node_modules" in name or name.endswith(".pyc")]
    assert wheel.stat().st_size < 8 << 20


def test_the_client_library_alone_needs_little(wheel: Path) -> None:
    (metadata,) = [name for name in ZipFile(wheel).namelist() if name.endswith("/METADATA")]
    needed = message_from_string(ZipFile(wheel).read(metadata).decode()).get_all("Requires-Dist") or []
    always = {re.split(r"[\s<>=!;\[]", line)[0] for line in needed if "extra ==" not in line}
    assert always == LIGHT


def test_it_installs_and_serves_in_an_empty_environment_without_node(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "environment"
    venv.create(home, with_pip=True)
    versions = tmp_path / "constraints.txt"
    versions.write_text("\n".join(LOCKED.findall((ROOT / "requirements.lock").read_text())))
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PROMPTPULSE_", "VIRTUAL_ENV"))}
    pip = [str(home / "bin" / "pip"), "install", "-q", "--disable-pip-version-check", "--no-compile", "--prefer-binary"]
    installed = subprocess.run(
        [*pip, "-c", str(versions), f"{wheel}[server]"],
        env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert installed.returncode == 0, installed.stderr

    path = str(home / "bin")
    assert shutil.which("node", path=path) is None
    server = Server(tmp_path / "data")
    settings = {
        "PROMPTPULSE_BOOTSTRAP_KEY": server.key,
        "PROMPTPULSE_DATA": "data",
        "PROMPTPULSE_PORT": str(server.port),
    }
    with server.log_file.open("wb") as log:
        server.process = subprocess.Popen(
            ["promptpulse", "serve"], env={**environment, **settings, "PATH": path}, cwd=tmp_path,
            stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        server.wait_until_ready()
        page = server.client.get("/").text
        script = re.search(r'src="(/assets/[^"]+\.js)"', page)
        assert script, page
        assert server.client.get(script[1]).headers["content-type"].startswith("text/javascript")
        server.send([{"prompt_id": "greeting", "provider": "openai", "model": "gpt-4o-mini", "latency_ms": 812}])
        told = server.client.get("/api/metrics", params={"prompt_id": "greeting"}).json()
        assert told["metrics"]["total_requests"] == 1
        assert (home / "lib") in Path(_where(home)).parents  # not the sources beside the test
        server.stop()
    finally:
        server.close()


def _where(home: Path) -> str:
    command = [str(home / "bin" / "python"), "-I", "-c", "import promptpulse; print(promptpulse.__file__)"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
