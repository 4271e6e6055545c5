"""Settings: one clear sentence for each mistake, and no secret in any of them."""

import json
import ssl
from pathlib import Path

import pytest

from services.kernel import auth
from services.kernel.settings import Address, AdminSettings, Settings, SettingsError, load

SECRET = "s" * 32
EMPTY = "empty"
LOGIN = ("MECHANISM", "USER", "PASSWORD")
SASL = {"KAFKA_SECURITY": "SASL_PLAINTEXT", "KAFKA_MECHANISM": "SCRAM-SHA-512", "KAFKA_USER": "thidua"}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    keys = tmp_path / "jwks.json"
    keys.write_text("{}")
    given = {
        "DATABASE": f"postgresql://thidua_registry:{SECRET}@127.0.0.1:5432/registry",
        "COMMAND_KEY": SECRET,
        "TOKEN_KEYS": str(keys),
        "LISTEN": "[::1]:0",
        "PEERS": "registry=127.0.0.1:1234, scoring=db.example:9",
        "SERVICE_TOKEN_KEY": json.dumps(auth.new_key("scoring", "s-1")),
        "KAFKA": "127.0.0.1:9092,127.0.0.1:9093",
    }
    for name, value in given.items():
        monkeypatch.setenv(f"THIDUA_{name}", value)
    return monkeypatch


def mistakes() -> str:
    with pytest.raises(SettingsError) as caught:
        load(Settings)
    assert SECRET not in str(caught.value)
    return str(caught.value)


def test_a_full_environment_is_read(environment: pytest.MonkeyPatch) -> None:
    settings = load(Settings)
    assert settings.listen == Address("::1", 0)
    assert str(settings.listen) == "[::1]:0"
    assert settings.peers == {"registry": Address("127.0.0.1", 1234), "scoring": Address("db.example", 9)}
    assert SECRET not in repr(settings)


def test_every_mistake_is_told_in_a_sentence_of_its_own(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("THIDUA_DATABASE", f"mysql://{SECRET}")
    environment.setenv("THIDUA_LISTEN", "8080")
    environment.setenv("THIDUA_PEERS", "registry")
    environment.setenv("THIDUA_KAFKA", "127.0.0.1")
    environment.setenv("THIDUA_SERVICE_TOKEN_KEY", "{}")
    environment.setenv("THIDUA_TOKEN_KEYS", "/nowhere/jwks.json")
    environment.setenv("THIDUA_CONCURRENCY", "0")
    environment.delenv("THIDUA_COMMAND_KEY")
    told = mistakes().splitlines()
    assert len(told) == 8
    assert all(line.startswith("THIDUA_") and line.endswith(".") for line in told)
    assert any(line.startswith("THIDUA_COMMAND_KEY is not set. Keys the hash") for line in told)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("CONCURRENCY", "0", "must be at least 1."),
        ("CONCURRENCY", "many", "must be a whole number."),
        ("GRACE", "long", "must be a number."),
        ("REFLECTION", "perhaps", "must be true or false."),
        ("TOPIC_PREFIX", "a b", "must be at most 40 of A-Z, a-z, 0-9, '.', '_' and '-'."),
        ("ROLE_PREFIX", "A", "must be at most 20 of a-z, 0-9 and '_'."),
        ("LISTEN", "127.0.0.1:99999", "names port 99999, and ports end at 65535."),
        ("PEERS", "registry", "must be name=host:port, separated by commas."),
        ("KAFKA_SECURITY", "TLS", "must be one of 'PLAINTEXT', 'SSL', 'SASL_PLAINTEXT' or 'SASL_SSL'."),
    ],
)
def test_a_mistake_is_told_in_our_words(environment: pytest.MonkeyPatch, name: str, value: str, told: str) -> None:
    environment.setenv(f"THIDUA_{name}", value)
    assert mistakes() == f"THIDUA_{name} {told}"


def test_a_short_command_key_is_refused(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("THIDUA_COMMAND_KEY", "short")
    assert "at least 32 characters" in mistakes()


def test_an_operators_command_needs_only_its_own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THIDUA_ADMIN_DATABASE", "postgresql://postgres@127.0.0.1/registry")
    assert load(AdminSettings).admin_database.get_secret_value().endswith("/registry")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"KAFKA_SECURITY": "TLS"}, ["THIDUA_KAFKA_SECURITY must be one of 'PLAINTEXT', 'SSL', "]),
        (
            {"KAFKA_SECURITY": "SASL_SSL"},
            [f"THIDUA_KAFKA_{name} is not set, and THIDUA_KAFKA_SECURITY=SASL_SSL needs it." for name in LOGIN],
        ),
        (
            {"KAFKA_USER": "u", "KAFKA_MECHANISM": "PLAIN", "KAFKA_PASSWORD": SECRET},
            [f"THIDUA_KAFKA_{name} is set, and THIDUA_KAFKA_SECURITY=PLAINTEXT knows no login." for name in LOGIN],
        ),
        (
            {**SASL, "KAFKA_PASSWORD": SECRET, "KAFKA_PASSWORD_FILE": EMPTY},
            ["THIDUA_KAFKA_PASSWORD and THIDUA_KAFKA_PASSWORD_FILE are both set: keep one."],
        ),
        ({**SASL, "KAFKA_PASSWORD_FILE": EMPTY}, ["THIDUA_KAFKA_PASSWORD_FILE holds no password."]),
        ({**SASL, "KAFKA_PASSWORD": SECRET, "KAFKA_CA_FILE": EMPTY}, ["THIDUA_KAFKA_CA_FILE is set, and "]),
        ({"KAFKA_SECURITY": "SSL", "KAFKA_CA_FILE": EMPTY}, ["THIDUA_KAFKA_CA_FILE holds no certificates in PEM."]),
        ({"TOPIC_PREFIX": "a b"}, ["THIDUA_TOPIC_PREFIX "]),
        ({"TOPIC_REPLICAS": "2", "TOPIC_MIN_IN_SYNC": "3"}, ["THIDUA_TOPIC_MIN_IN_SYNC is more than "]),
    ],
)
def test_what_does_not_fit_together_about_kafka_is_told(
    environment: pytest.MonkeyPatch, tmp_path: Path, given: dict[str, str], told: list[str]
) -> None:
    (tmp_path / EMPTY).touch()
    for name, value in given.items():
        environment.setenv(f"THIDUA_{name}", str(tmp_path / value) if value == EMPTY else value)
    lines = mistakes().splitlines()
    assert len(lines) == len(told)
    assert all(line.startswith(start) and line.endswith(".") for line, start in zip(lines, told, strict=True))


def test_what_is_told_of_kafka_reaches_its_clients(environment: pytest.MonkeyPatch) -> None:
    assert load(Settings).reached().options == {
        "bootstrap_servers": "127.0.0.1:9092,127.0.0.1:9093",
        "security_protocol": "PLAINTEXT",
        "ssl_context": None,
    }
    for name, value in {**SASL, "KAFKA_PASSWORD": SECRET, "TOPIC_PREFIX": "one.", "TOPIC_REPLICAS": "3"}.items():
        environment.setenv(f"THIDUA_{name}", value)
    reached = load(Settings).reached()
    assert SECRET not in repr(reached)
    assert reached.options == {
        "bootstrap_servers": "127.0.0.1:9092,127.0.0.1:9093",
        "security_protocol": "SASL_PLAINTEXT",
        "ssl_context": None,
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "thidua",
        "sasl_plain_password": SECRET,
    }
    assert (reached.topic("awards.log"), reached.group("scoring", "registry")) == (
        "one.thidua.awards.log",
        "one.thidua.scoring.registry",
    )
    assert reached.new_topic("t").replication_factor == 3
    environment.setenv("THIDUA_KAFKA_SECURITY", "SASL_SSL")
    secured = load(Settings).reached().options
    assert secured["security_protocol"] == "SASL_SSL"
    assert secured["ssl_context"].verify_mode == ssl.CERT_REQUIRED
    assert secured["ssl_context"].check_hostname
