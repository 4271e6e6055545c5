"""Settings: one clear sentence for each mistake, and no secret in any of them."""

import json
from pathlib import Path

import pytest

from services.kernel import auth
from services.kernel.settings import Address, AdminSettings, Settings, SettingsError, load

SECRET = "s" * 32


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


def test_a_short_command_key_is_refused(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("THIDUA_COMMAND_KEY", "short")
    assert "at least 32 characters" in mistakes()


def test_an_operators_command_needs_only_its_own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THIDUA_ADMIN_DATABASE", "postgresql://postgres@127.0.0.1/registry")
    assert load(AdminSettings).admin_database.get_secret_value().endswith("/registry")
