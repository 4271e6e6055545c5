"""What can be said of the manifests without a cluster: kinds and fields exist, names meet, promises are asked for."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from services.kernel.kafka import Login
from services.kernel.settings import AdminSettings, Settings, load
from tests.kernel.messaging.certificates import certificate

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
SERVICES = ("registry", "scoring", "awards")
OPERATORS = {"postgresql.cnpg.io/v1", "kafka.strimzi.io/v1"}

Document = dict[str, Any]


def documents(path: Path) -> list[Document]:
    return list(yaml.safe_load_all(path.read_text()))


def resources() -> list[Document]:
    listed = documents(KUBERNETES / "kustomization.yaml")[0]["resources"]
    return [document for name in listed for document in documents(KUBERNETES / name)]


def of_kind(kind: str) -> list[Document]:
    return [document for document in resources() if document["kind"] == kind]


def containers() -> Iterator[tuple[Document, Document]]:
    for document in resources():
        if document["kind"] in {"Deployment", "Job"}:
            pod = document["spec"]["template"]["spec"]
            for container in pod["containers"]:
                yield pod, container


CORE = [document for document in resources() if document["apiVersion"] not in OPERATORS]


@pytest.mark.parametrize("document", CORE, ids=lambda d: f"{d['kind']}-{d['metadata']['name']}")
def test_every_field_is_one_that_kubernetes_knows(document: Document) -> None:
    kubernetes_validate.validate(document, "1.37.0", strict=True)


def test_an_unknown_field_would_be_noticed() -> None:
    document = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "x", "nmae": "y"}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(document, "1.37.0", strict=True)


def test_every_manifest_is_listed() -> None:
    listed = documents(KUBERNETES / "kustomization.yaml")[0]["resources"]
    assert {path.name for path in KUBERNETES.glob("*.yaml")} == {*listed, "kustomization.yaml"}


def test_the_services_manifests_differ_only_by_name() -> None:
    texts = {re.sub(rf"\b{name}\b", "SERVICE", (KUBERNETES / f"{name}.yaml").read_text()) for name in SERVICES}
    assert len(texts) == 1


def test_no_container_runs_as_root_writes_its_disk_or_talks_to_kubernetes() -> None:
    for pod, container in containers():
        assert pod["securityContext"]["runAsNonRoot"]
        assert not pod["automountServiceAccountToken"]
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert container["securityContext"]["capabilities"]["drop"] == ["ALL"]


def test_what_containers_refer_to_is_here_or_asked_for() -> None:
    asked = re.findall(
        r"^#   (?:Secret|ConfigMap) (\S+)", (KUBERNETES / "kustomization.yaml").read_text(), re.MULTILINE
    )
    known = {name.replace("<service>", service) for name in asked for service in SERVICES}
    known |= {document["metadata"]["name"] for document in of_kind("ConfigMap")}
    for pod, container in containers():
        names = {source["name"] for entry in container["envFrom"] for source in entry.values()}
        names |= {
            entry["valueFrom"]["secretKeyRef"]["name"] for entry in container.get("env", []) if "valueFrom" in entry
        }
        for volume in pod.get("volumes", []):
            names.add(volume["configMap"]["name"] if "configMap" in volume else volume["secret"]["secretName"])
        assert names <= known


def test_a_services_port_is_one_that_its_pods_open() -> None:
    deployments = {document["metadata"]["name"]: document for document in of_kind("Deployment")}
    for service in of_kind("Service"):
        template = deployments[service["metadata"]["name"]]["spec"]["template"]
        assert service["spec"]["selector"].items() <= template["metadata"]["labels"].items()
        opened = {port["name"] for port in template["spec"]["containers"][0]["ports"]}
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= opened


def test_the_settings_are_those_that_the_services_read() -> None:
    read = {
        f"THIDUA_{name.upper()}": field.is_required()
        for settings in (Settings, AdminSettings)
        for name, field in settings.model_fields.items()
    }
    (given,) = of_kind("ConfigMap")
    for _, container in containers():
        assert {entry["name"] for entry in container.get("env", [])} <= read.keys()
    for text in (KUBERNETES / "kustomization.yaml", DEPLOY / "compose.yaml"):
        asked_for = set(re.findall(r"THIDUA_[A-Z_]+", text.read_text()))
        named = given["data"].keys() | asked_for
        assert named <= read.keys()
        assert {name for name, required in read.items() if required} <= named


def test_an_acknowledged_commit_is_on_two_disks() -> None:
    (cluster,) = of_kind("Cluster")
    assert cluster["spec"]["instances"] >= 3
    assert cluster["spec"]["postgresql"]["synchronous"] == {"method": "any", "number": 1, "dataDurability": "required"}
    assert cluster["spec"]["bootstrap"]["initdb"]["icuLocale"] == "vi-VN"


def test_topics_survive_a_broker_and_have_one_partition_as_a_relay_wants_it() -> None:
    topics = {document["metadata"]["name"]: document["spec"] for document in of_kind("KafkaTopic")}
    assert {f"thidua.{service}.log" for service in SERVICES} | {"thidua.awards.public"} == topics.keys()
    for name, topic in topics.items():
        assert (topic["replicas"], topic["config"]["min.insync.replicas"]) == (3, 2)
        assert topic["partitions"] == 1, name


def test_compose_runs_the_same_services_with_the_same_settings() -> None:
    (compose,) = documents(DEPLOY / "compose.yaml")
    (settings,) = of_kind("ConfigMap")
    for name in SERVICES:
        service = compose["services"][name]
        assert service["command"] == ["run", name]
        of_one_broker = {name for name in settings["data"] if not name.startswith(("THIDUA_KAFKA_", "THIDUA_TOPIC_"))}
        assert service["environment"].keys() == of_one_broker
        assert compose["services"][f"migrate-{name}"]["command"] == ["migrate", name]
        assert service["depends_on"].keys() <= compose["services"].keys()
    assert compose["services"]["kafka"]["image"].endswith(":4.3.1")


def test_the_image_takes_only_what_runs_and_checks_what_it_downloads() -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    assert "--require-hashes" in dockerfile
    assert re.search(r"^USER \d+:\d+$", dockerfile, re.MULTILINE)
    for source in re.findall(r"^COPY (?!--from)(\S+)", dockerfile, re.MULTILINE):
        assert (DEPLOY.parent / source).exists()
        assert f"!{source}" in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()


def test_kafka_asks_everybody_for_a_login_and_a_service_writes_its_own_topics_alone() -> None:
    (kafka,) = of_kind("Kafka")
    assert [(each["tls"], each["authentication"]["type"]) for each in kafka["spec"]["kafka"]["listeners"]] == [
        (True, "scram-sha-512")
    ]
    users = {
        document["metadata"]["name"]: document["spec"]["authorization"]["acls"] for document in of_kind("KafkaUser")
    }
    assert users.keys() == set(SERVICES)
    for name, rules in users.items():
        writable = [rule["resource"]["name"] for rule in rules if "Write" in rule["operations"]]
        assert writable == [f"thidua.{name}."]


def test_the_settings_of_a_service_on_kubernetes_are_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (given,) = of_kind("ConfigMap")
    _, authority = certificate(tmp_path)
    folder = {"/etc/thidua/keys.json": "keys.json", "/etc/kafka/ca.crt": authority.name}
    for name, value in given["data"].items():
        monkeypatch.setenv(name, str(tmp_path / folder[value]) if value in folder else value)
    (tmp_path / "keys.json").write_text("{}")
    secrets = {"DATABASE": "postgresql://x", "COMMAND_KEY": "c" * 32, "KAFKA_USER": "registry", "KAFKA_PASSWORD": "p"}
    for name, value in secrets.items():
        monkeypatch.setenv(f"THIDUA_{name}", value)
    assert load(Settings).reached().login == Login("SCRAM-SHA-512", "registry", "p")


def test_a_services_ports_are_open_to_who_is_named_alone() -> None:
    (policy,) = (
        policy["spec"] for policy in of_kind("NetworkPolicy") if policy["metadata"]["name"] == "service-clients"
    )
    assert policy["policyTypes"] == ["Ingress"]
    chosen = policy["podSelector"]["matchLabels"].items()
    pods = [document["spec"]["template"] for document in of_kind("Deployment") + of_kind("Job")]
    assert all(chosen <= pod["metadata"]["labels"].items() for pod in pods)
    let_in = {port["port"]: rule["from"] for rule in policy["ingress"] for port in rule["ports"]}
    opened = {port["containerPort"] for _, container in containers() for port in container.get("ports", [])}
    assert opened == let_in.keys() == {7000, 7001}
    labels = {port: [each["matchLabels"] for one in rule for each in one.values()] for port, rule in let_in.items()}
    assert labels == {7000: [dict(chosen), {"thidua/grpc": "allowed"}], 7001: [{"thidua/metrics": "allowed"}]}
