"""Structured logs and Prometheus metrics. Neither ever holds a person's text, a token or a request's body."""

import logging
import sys
import traceback
from collections.abc import Iterator
from typing import Any

import asyncpg
import orjson
import structlog
from aiokafka.errors import KafkaError
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from pydantic import ValidationError

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


def log_as_json(**always: str) -> None:
    """Every log line of this process is one JSON object on standard error, with `always` in it."""

    def add(logger: Any, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return {**always, **event}

    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        add,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(lambda failure: outline(failure[1])),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(serializer=_bytes)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
    others = logging.StreamHandler(sys.stderr)  # libraries that log by the standard library
    lines = structlog.processors.JSONRenderer(serializer=lambda event, **_: _bytes(event).decode())
    others.setFormatter(structlog.stdlib.ProcessorFormatter(processor=lines, foreign_pre_chain=shared))
    logging.basicConfig(level=logging.WARNING, handlers=[others], force=True)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # relays and inboxes tell what matters themselves


def outline(error: BaseException | None) -> str:
    """Which exceptions led to each other, the last one first, and where each was raised.

    What one says is left out where it may hold what a request told, such as a person's name.
    """
    return "\ncaused by\n".join(
        f"{_told(one)}\n{''.join(traceback.format_tb(one.__traceback__))}" for one in _chain(error)
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for one in error.exceptions:
                yield from _chain(one)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _told(error: BaseException) -> str:
    match error:
        case ValidationError():
            mistakes = error.errors(include_url=False, include_context=False, include_input=False)
            says = ", ".join(f"{'.'.join(map(str, one['loc']))}: {one['type']}" for one in mistakes)
        case asyncpg.PostgresError():
            says = str(error.sqlstate)
        case KafkaError() | OSError():
            says = str(error)
        case _:
            says = str(error) if type(error).__module__.startswith("services.") else ""
    return f"{type(error).__name__}: {says}".removesuffix(": ")


def _bytes(event: Any, **_: Any) -> bytes:
    return orjson.dumps(event, default=str)


class Metrics:
    """The metrics of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._calls = Histogram(
            "thidua_call_seconds",
            "Calls by method and outcome.",
            ["method", "code"],
            registry=self.registry,
            buckets=_BUCKETS,
        )
        self._children: dict[tuple[str, str], Histogram] = {}
        self.head = self._gauge("log_head", "The last position of a log.", "log")
        self.fenced = self._gauge(
            "log_fenced", "1 for a log that takes no appends until an operator has looked.", "log"
        )
        self.position = self._gauge("projection_position", "The last position that a read model has folded.", "model")
        self.lag = self._gauge("projection_lag", "Events that a read model has yet to fold.", "model")
        self.live = self._gauge("projection_live", "1 for a read model that runs, 0 for one that stopped.", "model")
        self.parked = self._gauge("parked_events", "Events that wait for an operator.", "model")
        self.relay_lag = self._gauge("relay_lag", "Events that a relay has yet to publish.", "relay")
        self.unpublished = self._gauge("oldest_unpublished_seconds", "Age of the oldest unpublished event.", "relay")
        self.restarts = Counter(
            "thidua_restarts", "Parts that failed and began anew.", ["part"], registry=self.registry
        )

    def _gauge(self, name: str, meaning: str, label: str) -> Gauge:
        return Gauge(f"thidua_{name}", meaning, [label], registry=self.registry)

    def called(self, method: str, code: str, seconds: float) -> None:
        child = self._children.get((method, code))
        if child is None:
            child = self._children[method, code] = self._calls.labels(method, code)
        child.observe(seconds)
