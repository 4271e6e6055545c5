"""Properties: the canonical form is RFC 8785's, and verdicts are those of a model of a few lines."""

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple
from uuid import UUID, uuid4, uuid5

import orjson
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.kernel.appends import Append, Reply, prepare
from services.kernel.errors import Conflict, Reused
from services.kernel.events import Envelope, Event, canonical, event_id
from services.kernel.log import Log
from tests.kernel.log.support import append_of


class Anything(Event):
    type: Literal["Anything"] = "Anything"
    value: Any


TEXT = st.text(st.characters(exclude_categories=["Cs"]))
KEY = st.text(st.characters(codec="ascii"))
WHOLE = st.integers(-(2**53) + 1, 2**53 - 1)
VALUE = st.recursive(
    st.booleans() | WHOLE | TEXT | st.dates() | st.decimals(allow_nan=False, allow_infinity=False).map(str),
    lambda inner: st.lists(inner) | st.dictionaries(KEY, inner),
)


@given(value=VALUE, reason=TEXT, stream=TEXT)
def test_the_canonical_form_of_all_that_we_allow_is_rfc_8785(value: Any, reason: str, stream: str) -> None:
    event = Anything(value=value, reason=reason)
    envelope = Envelope[Anything](stream=stream, version=1, event_id="e", command_id="c", actor=reason, data=event)
    body = canonical(envelope)
    assert body == rfc8785.dumps(orjson.loads(body))
    assert Envelope[Anything].model_validate_json(body).data.reason == reason


@given(command_id=st.uuids(), ordinal=st.integers(0, 5_000))
def test_an_events_id_is_the_uuid5_of_its_commands_id_and_its_ordinal(command_id: UUID, ordinal: int) -> None:
    assert event_id(str(command_id), ordinal) == str(uuid5(command_id, str(ordinal)))


class Asked(NamedTuple):
    """An append in small numbers; `reads` and `writes` are (stream, version) and (stream, events)."""

    command: int
    content: int
    reads: dict[int, int]
    writes: dict[int, int]


@dataclass
class Model:
    """What a log is."""

    versions: dict[int, int] = field(default_factory=dict)
    replies: dict[int, tuple[int, int]] = field(default_factory=dict)
    position: int = 0

    def verdict(self, asked: Asked) -> object:
        """The relative position of the reply, or the error."""
        if asked.command in self.replies:
            content, position = self.replies[asked.command]
            return position if content == asked.content else Reused
        if any(self.versions.get(stream, 0) != version for stream, version in asked.reads.items()):
            return Conflict
        for stream, events in asked.writes.items():
            self.versions[stream] = self.versions.get(stream, 0) + events
            self.position += events
        self.replies[asked.command] = (asked.content, self.position)
        return self.position


STREAMS = st.integers(0, 2)
READS = st.dictionaries(STREAMS, st.integers(0, 3), min_size=1)
GROUPS = st.lists(
    st.lists(
        READS.flatmap(
            lambda reads: st.builds(
                Asked,
                st.integers(0, 9),
                st.integers(0, 1),
                st.just(reads),
                st.dictionaries(st.sampled_from(sorted(reads)), st.integers(1, 2)),
            )
        ),
        min_size=1,
        max_size=8,
    ),
    max_size=6,
)


@given(groups=GROUPS)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
async def test_verdicts_are_those_of_the_model_whatever_shares_a_group(log: Log, groups: list[list[Asked]]) -> None:
    model = Model()
    ids = [str(uuid4()) for _ in range(10)]
    prefix = f"counter:{uuid4()}"
    start = (await log.head()).position

    def append(asked: Asked) -> Append:
        streams = ((f"{prefix}-{s}", version, asked.writes.get(s, 0)) for s, version in asked.reads.items())
        return append_of(*streams, command_id=ids[asked.command], command_hash=bytes([asked.content]))

    for group in groups:
        answers = await log._append_group([prepare(append(asked)) for asked in group])
        told = [a.position - start if isinstance(a, Reply) else type(a) for a in answers]
        assert told == [model.verdict(asked) for asked in group]
    assert (await log.head()).position - start == model.position
    loaded = await log.load([(f"{prefix}-{s}", 0) for s in range(3)])
    assert [len(rows) for rows in loaded.values()] == [model.versions.get(s, 0) for s in range(3)]
