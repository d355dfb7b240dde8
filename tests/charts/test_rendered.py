"""What the chart makes of several values files: what holds for every one of its documents."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from api_gateway import live
from api_gateway.settings import GatewaySettings
from fairlead import process
from fairlead.admin import server
from scripts.chart_tools import API_VERSIONS
from tests.charts.environments import OF_BOTO3, declared, environment, settings_of
from tests.charts.kubernetes import mistakes
from tests.charts.rendering import (
    FAIRLEAD,
    MAJORS,
    Document,
    ci_values,
    documents,
    helm,
    of_kind,
    pod_of,
)

COMPONENT = "app.kubernetes.io/component"

values = pytest.mark.parametrize("values", ci_values(), ids=lambda path: path.stem)


def _name(document: Document) -> str:
    name: str = document["metadata"]["name"]
    return name


def _labels_of_pods(found: list[Document]) -> list[tuple[str, dict[str, str]]]:
    """The kind of what makes each pod, and the pod's labels."""
    return [
        (
            each["kind"],
            (each if each["kind"] == "Pod" else each["spec"]["template"])["metadata"]["labels"],
        )
        for each in found
        if pod_of(each) is not None
    ]


def _service_of(deployment: Document) -> str:
    return str(deployment["metadata"]["labels"][COMPONENT]).replace("-", "_")


@pytest.mark.parametrize("major", MAJORS)
@values
def test_lint_has_nothing_to_say(values: Path, major: int) -> None:
    helm("lint", "--strict", str(FAIRLEAD), "--values", str(values), major=major)


@values
def test_both_versions_of_helm_make_the_same(values: Path) -> None:
    assert documents(values, major=3) == documents(values, major=4)


@pytest.mark.parametrize("version", API_VERSIONS)
@values
def test_the_api_takes_every_document(values: Path, version: str) -> None:
    assert [mistake for each in documents(values) for mistake in mistakes(each, version)] == []


def test_the_api_s_schemas_find_mistakes() -> None:
    service = of_kind(documents(ci_values()[0]), "Service")["fairlead-accounts"]
    misspelt = service | {"spec": service["spec"] | {"port": []}}
    wrong = service | {"spec": service["spec"] | {"ports": [{"port": "http"}]}}
    assert mistakes(misspelt, "1.31")
    assert mistakes(wrong, "1.31")


@values
def test_names_and_labels_are_complete_and_none_is_there_twice(values: Path) -> None:
    found = documents(values)
    names = [(each["kind"], _name(each)) for each in found]
    assert len(names) == len(set(names))
    for each in found:
        labels = each["metadata"]["labels"]
        assert labels["app.kubernetes.io/name"] == "fairlead"
        assert labels["app.kubernetes.io/instance"] == "fairlead"
        assert labels["app.kubernetes.io/managed-by"] == "Helm"
        assert {COMPONENT, "app.kubernetes.io/version", "helm.sh/chart"} <= labels.keys()
        assert each["metadata"]["namespace"] == "hub"


def test_no_name_is_too_long() -> None:
    release = "r" * 53  # Helm's own limit
    for each in documents(FAIRLEAD / "ci" / "everything-values.yaml", release=release):
        assert len(_name(each)) <= 63
        assert all(len(value) <= 63 for value in each["metadata"]["labels"].values())


@values
def test_each_selector_finds_the_pods_of_one_deployment(values: Path) -> None:
    found = documents(values)
    pods = _labels_of_pods(found)
    selectors: list[tuple[str, dict[str, str]]] = []
    for each in found:
        spec = each.get("spec", {})
        chosen: Any = {
            "Service": lambda spec: spec["selector"],
            "Deployment": lambda spec: spec["selector"]["matchLabels"],
            "PodDisruptionBudget": lambda spec: spec["selector"]["matchLabels"],
            "NetworkPolicy": lambda spec: spec["podSelector"]["matchLabels"],
        }.get(each["kind"])
        if chosen:
            selectors.append((f"{each['kind']} {_name(each)}", chosen(spec)))
    assert selectors
    for name, wanted in selectors:
        held = [kind for kind, labels in pods if wanted.items() <= labels.items()]
        assert held == ["Deployment"], name
        # What changes with a version cannot stand in a selector: it is for good.
        assert not {"helm.sh/chart", "app.kubernetes.io/version"} & wanted.keys(), name


@values
def test_what_is_referred_to_is_there(values: Path) -> None:
    found = documents(values)
    services, deployments = of_kind(found, "Service"), of_kind(found, "Deployment")
    for ingress in of_kind(found, "Ingress").values():
        for rule in ingress["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                backend = path["backend"]["service"]
                ports = {port["name"] for port in services[backend["name"]]["spec"]["ports"]}
                assert backend["port"]["name"] in ports
    for route in of_kind(found, "HTTPRoute").values():
        for rule in route["spec"]["rules"]:
            for backend in rule["backendRefs"]:
                ports = {port["port"] for port in services[backend["name"]]["spec"]["ports"]}
                assert backend["port"] in ports
    for scaler in of_kind(found, "HorizontalPodAutoscaler").values():
        assert scaler["spec"]["scaleTargetRef"]["name"] in deployments
    accounts = of_kind(found, "ServiceAccount")
    for name, deployment in deployments.items():
        [container] = deployment["spec"]["template"]["spec"]["containers"]
        ports = {port["name"] for port in container["ports"]}
        assert {port["targetPort"] for port in services[name]["spec"]["ports"]} == ports
        account = deployment["spec"]["template"]["spec"]["serviceAccountName"]
        assert account == "default" or account in accounts


@values
def test_every_pod_is_restricted(values: Path) -> None:
    # https://kubernetes.io/docs/concepts/security/pod-security-standards/, and a root to read only.
    for each in documents(values):
        pod = pod_of(each)
        if pod is None:
            continue
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] > 0
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        assert pod["enableServiceLinks"] is False
        assert all(
            volume.keys() & {"emptyDir", "persistentVolumeClaim"}
            for volume in pod.get("volumes", ())
        )
        for container in pod["containers"]:
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False
            assert context["readOnlyRootFilesystem"] is True
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert container["resources"]["limits"]["memory"]
            assert "cpu" not in container["resources"]["limits"]  # it would only slow down
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}
            assert re.search(r":[^:/]+$", container["image"]), "an image without a version"


@values
def test_probes_ask_what_the_admin_server_answers_to_everybody(values: Path) -> None:
    for deployment in of_kind(documents(values), "Deployment").values():
        [container] = deployment["spec"]["template"]["spec"]["containers"]
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
            probe = container[kind]
            assert probe["httpGet"]["path"] in server.PUBLIC
            assert ports[probe["httpGet"]["port"]] == 8081
            assert probe["timeoutSeconds"] > server.CHECK_DEADLINE
        assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
        assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"


@values
def test_every_service_reads_its_settings_without_a_mistake(values: Path) -> None:
    found = documents(values)
    for deployment in of_kind(found, "Deployment").values():
        service = _service_of(deployment)
        variables = environment(deployment, found)
        unknown = variables.keys() - declared(service).keys() - OF_BOTO3
        assert not unknown, f"{service} does not know {', '.join(sorted(unknown))}"
        required = {name for name, each in declared(service).items() if each.default is None}
        assert required <= variables.keys(), service
        for cls in settings_of(service):
            read = cls.read(service, variables)  # raises BadSettings
            if isinstance(read, GatewaySettings):
                assert (read.port, read.admin_port, read.host) == (8080, 8081, "0.0.0.0")
            assert getattr(read, "sandbox", False) is False


@values
def test_no_value_of_a_secret_stands_anywhere(values: Path) -> None:
    found = documents(values)
    assert not of_kind(found, "Secret")
    for each in found:
        pod = pod_of(each)
        for container in pod["containers"] if pod else ():
            for variable in container.get("env", ()):
                reference = variable["valueFrom"]["secretKeyRef"]
                assert reference.keys() <= {"name", "key", "optional"}
                assert "{" not in reference["name"]
                assert "value" not in variable


@values
def test_a_migration_needs_only_what_is_there_before_the_chart(values: Path) -> None:
    jobs = of_kind(documents(values), "Job")
    assert len(jobs) in (0, len(of_kind(documents(values), "Deployment")))
    for name, job in jobs.items():
        pod = job["spec"]["template"]["spec"]
        assert "serviceAccountName" not in pod, name
        assert {"configMap", "secret"}.isdisjoint(*pod["volumes"]), name
        [container] = pod["containers"]
        assert "envFrom" not in container, name
        assert [each["name"] for each in container["env"]] == ["FAIRLEAD_DATABASE_URL"], name


def test_times_and_sizes_fit_those_of_the_code() -> None:
    found = documents(FAIRLEAD / "ci" / "everything-values.yaml")
    for deployment in of_kind(found, "Deployment").values():
        pod = deployment["spec"]["template"]["spec"]
        before = 5 if "lifecycle" in pod["containers"][0] else 0
        assert pod["terminationGracePeriodSeconds"] > before + process.STOP_SECONDS
    [ingress] = of_kind(found, "Ingress").values()
    annotations = {
        key.rpartition("/")[2]: value for key, value in ingress["metadata"]["annotations"].items()
    }
    assert float(annotations["proxy-read-timeout"]) > live.HEARTBEAT_SECONDS
    limit = GatewaySettings.read("api_gateway", _required()).upload_limit
    assert int(annotations["proxy-body-size"].removesuffix("m")) * 1024 * 1024 > limit


def _required() -> dict[str, str]:
    found = documents(FAIRLEAD / "ci" / "bucket-values.yaml")
    return environment(of_kind(found, "Deployment")["fairlead-api-gateway"], found)
