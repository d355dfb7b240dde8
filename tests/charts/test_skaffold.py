"""skaffold.yaml, whose program is not to be had here: what it names exists and fits the charts."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from scripts.stack import SERVICES
from scripts.uv import ROOT
from tests.charts.dockerfile import instructions
from tests.charts.rendering import FAIRLEAD, Document, documents, of_kind


def _config(profile: str = "") -> Document:
    """skaffold.yaml, as a profile makes it."""
    config: Document = yaml.safe_load((ROOT / "skaffold.yaml").read_text(encoding="utf-8"))
    profiles = {each["name"]: each for each in config.pop("profiles")}
    if profile:
        chosen = profiles[profile]
        config |= {key: config[key] | chosen[key] for key in ("build", "deploy") if key in chosen}
        for patch in chosen.get("patches", ()):
            _patch(config, **patch)
    return config


def _patch(config: Document, *, op: str, path: str, value: Any) -> None:
    *way, last = path.strip("/").split("/")
    place: Any = config
    for key in way:
        place = place[int(key)] if isinstance(place, list) else place[key]
    if isinstance(place, list):
        assert op == "add"
        place.insert(int(last), value)
    else:
        assert op == "replace"
        assert last in place, path
        place[last] = value


def _releases(profile: str = "") -> dict[str, Document]:
    return {each["name"]: each for each in _config(profile)["deploy"]["helm"]["releases"]}


def test_every_service_has_an_image_that_is_built_from_what_is_here() -> None:
    config = _config()
    assert config["apiVersion"] == "skaffold/v4beta13"
    artifacts = {each["image"]: each["docker"] for each in config["build"]["artifacts"]}
    missing = sorted({f"fairlead/{name}" for name in SERVICES} - artifacts.keys())
    assert not missing, f"artifacts of skaffold.yaml miss {', '.join(missing)}"
    assert len(artifacts) == len(SERVICES)
    arguments = {each.rest for each in instructions("any") if each.word == "ARG"}
    for image, docker in artifacts.items():
        assert (ROOT / docker["dockerfile"]).is_file()
        assert docker["buildArgs"] == {"SERVICE": image.removeprefix("fairlead/")}
        assert docker["buildArgs"].keys() <= arguments


def test_each_image_goes_to_its_own_deployment() -> None:
    templates = _releases()["fairlead"]["setValueTemplates"]
    given: Document = {}
    for path, template in templates.items():
        built = re.fullmatch(r"\{\{\.IMAGE_FULLY_QUALIFIED_(\w+)\}\}", template)
        assert built, template
        # Skaffold names an image there with underscores for all that is no letter or digit.
        [image] = [
            each["image"]
            for each in _config()["build"]["artifacts"]
            if re.sub(r"[/.-]", "_", each["image"]) == built[1]
        ]
        services, name, field = path.split(".")
        assert (services, field) == ("services", "image")
        given.setdefault("services", {})[name] = {"image": f"built/{image}:1@sha256:2"}
    found = documents(FAIRLEAD / "ci" / "bucket-values.yaml", given=given)
    for each in [*of_kind(found, "Deployment").values(), *of_kind(found, "Job").values()]:
        component = each["metadata"]["labels"]["app.kubernetes.io/component"]
        service = component.removesuffix("-migration").replace("-", "_")
        [container] = each["spec"]["template"]["spec"]["containers"]
        assert container["image"] == f"built/fairlead/{service}:1@sha256:2"


@pytest.mark.parametrize("profile", ["", "dev", "ci"])
def test_charts_and_values_are_there(profile: str) -> None:
    for release in _releases(profile).values():
        assert (ROOT / release["chartPath"] / "Chart.yaml").is_file()
        for path in release.get("valuesFiles", ()):
            assert path == "{{.FAIRLEAD_VALUES}}" or (ROOT / path).is_file(), path


def test_for_developers_the_databases_come_first_and_fit_the_chart() -> None:
    releases = _releases("dev")
    assert list(releases) == ["backing", "fairlead"]
    assert releases["backing"]["wait"] is True
    assert releases["backing"]["namespace"] == releases["fairlead"]["namespace"]
    backing, fairlead = (
        documents(
            *(ROOT / path for path in release.get("valuesFiles", ())),
            chart=ROOT / release["chartPath"], release=name, namespace=release["namespace"],
        )
        for name, release in releases.items()
    )  # fmt: skip
    secrets = of_kind(backing, "Secret")
    for deployment in [
        *of_kind(fairlead, "Deployment").values(),
        *of_kind(fairlead, "Job").values(),
    ]:
        pod = deployment["spec"]["template"]["spec"]
        for variable in pod["containers"][0]["env"]:
            asked = variable["valueFrom"]["secretKeyRef"]
            held = secrets[asked["name"]]["stringData"]
            assert asked["key"] in held or asked.get("optional"), variable["name"]
        claims = {
            volume["persistentVolumeClaim"]["claimName"]
            for volume in pod["volumes"]
            if "persistentVolumeClaim" in volume
        }
        assert claims <= of_kind(backing, "PersistentVolumeClaim").keys()
    [forward] = _profile("dev")["portForward"]
    service = of_kind(fairlead, "Service")[forward["resourceName"]]
    assert forward["port"] in {port["port"] for port in service["spec"]["ports"]}


def test_a_pipeline_pushes_what_it_builds() -> None:
    build = _config("ci")["build"]
    assert build["local"]["push"] is True
    assert "gitCommit" in build["tagPolicy"]
    assert len(build["artifacts"]) == len(SERVICES)


def _profile(name: str) -> Document:
    config = yaml.safe_load((ROOT / "skaffold.yaml").read_text(encoding="utf-8"))
    [profile] = [each for each in config["profiles"] if each["name"] == name]
    found: Document = profile
    return found
