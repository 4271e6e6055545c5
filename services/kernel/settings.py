"""Settings of one process, from the environment (`THIDUA_…`), checked once, before anything is opened."""

import json
import re
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from services.kernel.convert import violations
from services.kernel.errors import Violation
from services.kernel.kafka import Kafka, Login, Mechanism

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
    if not host or not port.isdecimal():
        raise ValueError("must be host:port")
    if int(port) > 65_535:
        raise ValueError(f"names port {port}, and ports end at 65535")
    return Address(host.strip("[]"), int(port))


def _peers(value: Any) -> Any:
    """`registry=127.0.0.1:1234,scoring=…`"""
    if not isinstance(value, str):
        return value
    pairs = [pair.partition("=") for pair in value.split(",") if pair]
    if not all(address for _, _, address in pairs):
        raise ValueError("must be name=host:port, separated by commas")
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


def _of_form(form: str, told: str) -> AfterValidator:
    def check(value: str) -> str:
        if not re.fullmatch(form, value):
            raise ValueError(told)
        return value

    return AfterValidator(check)


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
TopicPrefix = Annotated[str, _of_form(r"[A-Za-z0-9._-]{0,40}", "must be at most 40 of A-Z, a-z, 0-9, '.', '_' and '-'")]
RolePrefix = Annotated[str, _of_form(r"[a-z0-9_]{0,20}", "must be at most 20 of a-z, 0-9 and '_'")]
KeyFile = Annotated[Path, AfterValidator(_file)]


class _Environment(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, env_ignore_empty=True, use_attribute_docstrings=True
    )


class KafkaSettings(_Environment):
    """How to reach Kafka, and what is ours there."""

    kafka: Bootstrap | None = None
    """Kafka's bootstrap servers, host:port separated by commas."""
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    """PLAINTEXT, SSL (with TLS), SASL_PLAINTEXT (with a login) or SASL_SSL (with both)."""
    kafka_ca_file: KeyFile | None = None
    """The certificates that Kafka's own must descend from, in PEM."""
    kafka_mechanism: Mechanism | None = None
    """How to log in: PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512."""
    kafka_user: str | None = None
    """The name to log in by."""
    kafka_password: SecretStr | None = None
    """The password to log in by."""
    kafka_password_file: KeyFile | None = None
    """A file that holds the password instead."""
    topic_prefix: TopicPrefix = ""
    """What the names of topics and consumer groups begin with, where one Kafka serves several systems."""
    topic_replicas: int | None = Field(default=None, ge=1)
    """Copies of a topic that a service makes."""
    topic_min_in_sync: int | None = Field(default=None, ge=1)
    """How many copies must have a record before it counts as written."""

    @model_validator(mode="after")
    def _fit(self) -> Self:
        mistakes = list(self._misfits())
        if mistakes:
            raise ValueError("\n".join(mistakes))
        return self

    def _misfits(self) -> Iterator[str]:
        """What is wrong between settings, a sentence each."""
        security, passwords = self.kafka_security, (self.kafka_password, self.kafka_password_file)
        needed = {"MECHANISM": self.kafka_mechanism, "USER": self.kafka_user, "PASSWORD": any(passwords)}
        for name, value in needed.items():
            if security.startswith("SASL") and not value:
                yield f"{PREFIX}KAFKA_{name} is not set, and {PREFIX}KAFKA_SECURITY={security} needs it."
            if value and not security.startswith("SASL"):
                yield f"{PREFIX}KAFKA_{name} is set, and {PREFIX}KAFKA_SECURITY={security} knows no login."
        if all(passwords):
            yield f"{PREFIX}KAFKA_PASSWORD and {PREFIX}KAFKA_PASSWORD_FILE are both set: keep one."
        elif self.kafka_password_file and not self._password():
            yield f"{PREFIX}KAFKA_PASSWORD_FILE holds no password."
        if self.kafka_ca_file and not security.endswith("SSL"):
            yield f"{PREFIX}KAFKA_CA_FILE is set, and {PREFIX}KAFKA_SECURITY={security} knows no certificates."
        elif self.kafka_ca_file and not _holds_certificates(self.kafka_ca_file):
            yield f"{PREFIX}KAFKA_CA_FILE holds no certificates in PEM."
        if (self.topic_min_in_sync or 0) > (self.topic_replicas or self.topic_min_in_sync or 0):
            yield f"{PREFIX}TOPIC_MIN_IN_SYNC is more than {PREFIX}TOPIC_REPLICAS: nothing could ever be written."

    def _password(self) -> str:
        if self.kafka_password_file is not None:
            return self.kafka_password_file.read_text().strip()
        return self.kafka_password.get_secret_value() if self.kafka_password else ""

    def reached(self) -> Kafka:
        """Raises SettingsError where no Kafka is named."""
        if self.kafka is None:
            raise SettingsError(unset(KafkaSettings, "kafka"))
        login = None
        if self.kafka_mechanism and self.kafka_user:
            login = Login(self.kafka_mechanism, self.kafka_user, self._password())
        tls = ssl.create_default_context(cafile=self.kafka_ca_file) if self.kafka_security.endswith("SSL") else None
        return Kafka(self.kafka, self.topic_prefix, self.topic_replicas, self.topic_min_in_sync, tls, login)


def _holds_certificates(file: Path) -> bool:
    try:
        ssl.create_default_context(cafile=file)
    except (OSError, ValueError):
        return False
    return True


class AdminSettings(KafkaSettings):
    """For `migrate` and `new-epoch`, which sees in Kafka's topics which epochs are known already."""

    admin_database: Dsn
    """The service's database, as a role that may create roles and schemas."""
    database: Dsn | None = None
    """The service's database, as the service's login role, whose password `migrate` then sets."""
    role_prefix: RolePrefix = ""
    """What the names of the database roles begin with, where one server serves several systems."""


class DatabaseSettings(_Environment):
    """For what an operator does to one service's read models."""

    database: Dsn
    """The service's database, as the service's login role."""
    role_prefix: RolePrefix = ""
    """What the names of the database roles begin with, where one server serves several systems."""
    peers: Peers = {}
    """Where the other services listen: registry=host:port,scoring=host:port."""
    service_token_key: PrivateKey | None = None
    """The service's own private key, a JWK in JSON, for its calls to its peers."""


class Settings(DatabaseSettings, KafkaSettings):
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
    listen: Listen = Address("127.0.0.1", 0)
    """Where gRPC listens; port 0 takes a free one."""
    metrics: Listen | None = None
    """Where Prometheus finds the metrics; port 0 takes a free one."""
    master_key: MasterKey | None = None
    """Wraps the keys of persons: 32 bytes in hex, the same for ever. Registry and `thidua forget` need it."""
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
        mistakes = zip(error.errors(include_url=False), violations(error), strict=True)
        raise SettingsError("\n".join(_sentence(kind, found, told) for found, told in mistakes)) from None


def _sentence(kind: type[BaseModel], found: ErrorDetails, told: Violation) -> str:
    if not found["loc"]:  # what is wrong between several, as sentences
        return told.en
    name = str(found["loc"][0])
    return unset(kind, name) if found["type"] == "missing" else f"{PREFIX}{name.upper()} {told.en}."


def unset(kind: type[BaseModel], name: str) -> str:
    """The sentence about a setting that is needed and missing."""
    return f"{PREFIX}{name.upper()} is not set. {kind.model_fields[name].description or ''}".strip()
