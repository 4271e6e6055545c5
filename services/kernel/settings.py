"""Settings of one process, from the environment (`THIDUA_…`), checked once, before anything is opened."""

import json
import re
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "THIDUA_"


class SettingsError(Exception):
    """What is wrong with the settings: one sentence for each mistake."""


class Address(NamedTuple):
    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _address(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    host, _, port = value.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise ValueError("must be host:port")
    return Address(host.strip("[]"), int(port))


def _peers(value: Any) -> Any:
    """`registry=127.0.0.1:1234,scoring=…`"""
    if not isinstance(value, str):
        return value
    pairs = [pair.partition("=") for pair in value.split(",") if pair]
    return {name.strip(): _address(address.strip()) for name, _, address in pairs}


def _dsn(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith(("postgresql://", "postgres://")):
        raise ValueError("must be a DSN such as postgresql://user:password@host:5432/database")
    return value


def _bootstrap(value: str) -> str:
    for broker in value.split(","):
        _address(broker)
    return value


def _private_key(value: SecretStr) -> SecretStr:
    try:
        key = json.loads(value.get_secret_value())
        complete = key["kty"] == "OKP" and key["d"] and key["kid"] and key["iss"]
    except (ValueError, TypeError, KeyError):
        complete = False
    if not complete:
        raise ValueError("must be a private Ed25519 JWK in JSON with `kid` and `iss`, as `thidua keys` writes it")
    return value


def _long_enough(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < 32:
        raise ValueError("must have at least 32 characters")
    return value


def _master_key(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", value.get_secret_value()):
        raise ValueError("must be 32 bytes in hex")
    return value


def _file(value: Path) -> Path:
    if not value.is_file():
        raise ValueError("must be the path of a file that is there")
    return value


Listen = Annotated[Address, NoDecode, BeforeValidator(_address)]
Peers = Annotated[dict[str, Address], NoDecode, BeforeValidator(_peers)]
Dsn = Annotated[SecretStr, AfterValidator(_dsn)]
Key = Annotated[SecretStr, AfterValidator(_long_enough)]
MasterKey = Annotated[SecretStr, AfterValidator(_master_key)]
PrivateKey = Annotated[SecretStr, AfterValidator(_private_key)]
Bootstrap = Annotated[str, AfterValidator(_bootstrap)]
KeyFile = Annotated[Path, AfterValidator(_file)]


class _Environment(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, env_ignore_empty=True, use_attribute_docstrings=True
    )


class AdminSettings(_Environment):
    """For `migrate` and `new-epoch`."""

    admin_database: Dsn
    """The service's database, as a role that may create roles and schemas."""
    database: Dsn | None = None
    """The service's database, as the service's login role, whose password `migrate` then sets."""
    kafka: Bootstrap | None = None
    """Kafka's bootstrap servers: `new-epoch` sees in the topics which epochs are known already."""
    role_prefix: str = Field(default="", pattern=r"^[a-z0-9_]{0,20}$")
    """What the names of the database roles begin with, where one server serves several systems."""


class DatabaseSettings(_Environment):
    """For what an operator does to one service's read models."""

    database: Dsn
    """The service's database, as the service's login role."""
    role_prefix: str = Field(default="", pattern=r"^[a-z0-9_]{0,20}$")
    """What the names of the database roles begin with, where one server serves several systems."""
    peers: Peers = {}
    """Where the other services listen."""
    service_token_key: PrivateKey | None = None
    """The service's own private key, a JWK in JSON, for its calls to its peers."""


class Settings(DatabaseSettings):
    """For a running service."""

    command_key: Key
    """Keys the hash that is kept of each command; the same in every process of a service, for ever."""
    token_keys: KeyFile
    """The JWKS file of the public keys that tokens are signed with."""
    token_issuer: str = "thidua"
    """Who issues officers' tokens."""
    longest_token: int = Field(default=24 * 3600, ge=60)
    """Seconds from issue to expiry that an officer's token may have."""
    longest_service_token: int = Field(default=3600, ge=60)
    """The same for a service's."""
    kafka: Bootstrap | None = None
    """Kafka's bootstrap servers."""
    listen: Listen = Address("127.0.0.1", 0)
    """Where gRPC listens; port 0 takes a free one."""
    metrics: Listen | None = None
    """Where Prometheus finds the metrics; port 0 takes a free one."""
    master_key: MasterKey | None = None
    """Wraps the keys of the person vault: 32 bytes in hex."""
    reflection: bool = False
    """Whether gRPC tools may ask for the API's description."""
    concurrency: int = Field(default=512, ge=1)
    """How many calls may be under way at once."""
    longest_call: float = Field(default=30, gt=0)
    """Seconds that a call may take, whatever its deadline."""
    grace: float = Field(default=10, ge=0)
    """Seconds that calls under way are given at the end."""
    patience: float = Field(default=60, ge=0)
    """Seconds to wait for a database that is down, before giving up."""


S = TypeVar("S", bound=_Environment)


def load(kind: type[S]) -> S:
    """The settings from the environment. Raises SettingsError."""
    try:
        return kind()
    except ValidationError as error:
        mistakes = [_sentence(kind, e["loc"], e["type"], e["msg"]) for e in error.errors(include_url=False)]
        raise SettingsError("\n".join(mistakes)) from None


def _sentence(kind: type[BaseModel], location: tuple[int | str, ...], error: str, message: str) -> str:
    name = str(location[0])
    if error == "missing":
        return f"{PREFIX}{name.upper()} is not set. {_meaning(kind, name)}".strip()
    return f"{PREFIX}{name.upper()} {message.removeprefix('Value error, ')}."


def _meaning(kind: type[BaseModel], name: str) -> str:
    return kind.model_fields[name].description or ""
