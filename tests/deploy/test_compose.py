"""The Compose file and the Dockerfile hang together with each other and with the product; no container is started."""

import importlib
import re
import subprocess

import pytest
import yaml

from core.settings import ROOT, read

COMPOSE = ROOT / "deploy" / "compose.yaml"
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
OURS = ("web", "jobs", "upgrade", "scheduler", "cluster")
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}
# What the Compose specification knows of a service, as far as it is used here: a slip of the pen is no such word.
WORDS = {
    "build", "cap_drop", "command", "depends_on", "environment", "healthcheck", "image", "init", "network_mode",
    "ports", "profiles", "read_only", "restart", "security_opt", "stop_grace_period", "tmpfs", "volumes",
}  # fmt: skip


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))


def test_every_service_is_whole(compose) -> None:
    assert {key for key in compose if not key.startswith("x-")} == {"name", "services", "volumes"}
    services = compose["services"]
    assert set(services) == {*OURS, "nginx", "db", "redis"}
    for name, service in services.items():
        assert set(service) <= WORDS, f"{name}: {set(service) - WORDS}"
        assert service["image"] and service["restart"] in ("unless-stopped", "no")
        needed = service.get("depends_on", [])
        for other in needed:
            assert other in services and services[other].get("profiles", []) <= service.get("profiles", [])
            if isinstance(needed, dict):
                condition = needed[other]["condition"]
                assert condition in CONDITIONS
                assert condition != "service_healthy" or "healthcheck" in services[other]
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert source.startswith("./") or source in compose["volumes"], volume


def test_optional_services_start_only_when_asked_for(compose) -> None:
    asked = {name: service["profiles"] for name, service in compose["services"].items() if "profiles" in service}
    assert asked == {"redis": ["redis"], "scheduler": ["cluster"], "cluster": ["cluster"]}


def test_only_nginx_is_reached_from_outside(compose) -> None:
    open_ = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert open_ == {"web": ["80:80", "443:443"]} and compose["services"]["nginx"]["network_mode"] == "service:web"
    assert "HOST=127.0.0.1" in DOCKERFILE and "server 127.0.0.1:5000;" in _nginx()
    mounted = [volume.split(":") for volume in compose["services"]["nginx"]["volumes"]]
    assert ["./nginx.conf", "/etc/nginx/conf.d/default.conf", "ro"] in mounted
    assert all(where in _nginx() for _here, where, _how in mounted[1:]), "the certificates are where nginx looks"


@pytest.mark.parametrize("name", OURS)
def test_the_product_can_write_into_its_volumes_only(compose, name) -> None:
    service = compose["services"][name]
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
    assert (
        service["security_opt"] == ["no-new-privileges:true"] and service["build"]["dockerfile"] == "deploy/Dockerfile"
    )
    assert re.search(r"^USER xinsheng$", DOCKERFILE, re.M)


@pytest.mark.parametrize("name", ["web", "jobs", "upgrade"])
def test_the_settings_are_ours_and_can_be_used(compose, name, tmp_path) -> None:
    told = compose["services"][name]["environment"]
    given = {key: _filled(value) for key, value in told.items()}
    settings = read(given | {"XINSHENG_DATA": str(tmp_path)})
    assert settings.database == "postgresql+psycopg://xinsheng:s3cret@db/xinsheng"
    assert settings.queue == "postgresql://xinsheng:s3cret@db/xinsheng" and settings.https and settings.proxies == 1
    volumes = [volume.partition(":")[2] for volume in compose["services"][name]["volumes"]]
    data = re.search(r"XINSHENG_DATA=(\S+)", DOCKERFILE)[1]
    assert volumes == [data, f"{data}/keys"], "the keys have a volume of their own: no backup of the data has them"


def _filled(value: str) -> str:
    """Fill in what Compose fills in, the inmost first."""
    known = {"POSTGRES_PASSWORD": "s3cret"}
    while found := re.search(r"\$\{(\w+)(?::([-?])([^${}]*))?\}", value):
        value = value.replace(found[0], known.get(found[1], found[3] if found[2] == "-" else ""))
    return value


def test_every_command_is_one_the_product_has(compose) -> None:
    run = (ROOT / "run").read_text(encoding="utf-8")
    services = compose["services"]
    assert " ".join(services["jobs"]["command"]) in run and " ".join(services["upgrade"]["command"]) in run
    told = re.search(r"^CMD \[(.+)\]$", DOCKERFILE, re.M)[1]
    assert " ".join(re.findall(r'"([^"]+)"', told)) in run
    for name in ("scheduler", "cluster"):
        program, kind, *options = services[name]["command"]
        assert (ROOT / program).exists()
        parameters = importlib.import_module(f"distributed.cli.dask_{kind}").main.params
        known = {option for each in parameters for option in (*each.opts, *each.secondary_opts)}
        assert {option for option in options if option.startswith("--")} <= known


def test_the_image_is_made_by_the_functions_of_run(tmp_path) -> None:
    told = re.sub(r"\\\n\s*", "", DOCKERFILE)
    words = [line.split()[0] for line in told.splitlines() if line and not line.startswith("#")]
    assert words[0] == "FROM" and set(words) <= {
        "FROM", "ENV", "WORKDIR", "RUN", "COPY", "ARG", "USER", "VOLUME", "STOPSIGNAL", "CMD",
    }  # fmt: skip
    (own,) = re.findall(r"bash -euc '([^']+)'", told)
    assert own == ". tools/setup.sh; want_run; set_up requirements.txt"
    for function in ("want_run", "set_up"):
        assert re.search(rf"^{function}\(\) \{{", (ROOT / "tools" / "setup.sh").read_text(encoding="utf-8"), re.M)
    for command in re.findall(r"^RUN (.+)$", told, re.M):
        checked = subprocess.run(["bash", "-n"], input=command, capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr
    for source in re.findall(r"^COPY (\S+) ", told, re.M):
        assert (ROOT / source).exists()
    ignored = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text(encoding="utf-8").split()
    assert {".git", ".venv", "instance*"} <= set(ignored), "neither history nor anybody's data gets into an image"


def _nginx() -> str:
    return (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
