"""Structured logs and Prometheus metrics. Neither ever holds a person's text, a token or a request's body."""

import logging
import sys
from typing import Any

import orjson
import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

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
        structlog.processors.format_exc_info,
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
