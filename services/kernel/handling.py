"""Handling a command: load what its decision reads, decide, append at the versions that were read, retry once."""

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from services.kernel.appends import Append, Expect, Reply, Written
from services.kernel.decider import Command, Context, Events, Handler, Handlers, Stream
from services.kernel.errors import Conflict, Error, Reused, Unavailable
from services.kernel.events import Envelope, Event, Vocabulary, event_id
from services.kernel.log import Log
from services.kernel.standing import FactRetracted, amendable, documented, standing

_Envelope = Envelope[Any]
REMEMBERED = 20_000  # streams whose state a process keeps in memory
WARY = 16  # commands of one kind that are not guessed for streams that nothing is remembered of, after a wrong guess


class Known(NamedTuple):
    """A stream's state at a version."""

    version: int
    state: Any
    maker: Written | None = None
    """The append of this process that makes the version; None where it was loaded."""
    told: Sequence[Event] = ()
    """All its events, where it was loaded: only then can they be amended."""


class _Case(NamedTuple):
    command: Command
    context: Context
    command_hash: bytes
    handler: Handler
    streams: Sequence[Stream[Any]]


_OF_THE_LOG = (Conflict, Reused, Unavailable)  # errors that no decision made


class Handling:
    """Handles the commands of one service. `command_key` keys the hash by which a repeated command is known again."""

    def __init__(self, log: Log, vocabulary: Vocabulary[Any], handlers: Handlers, command_key: bytes) -> None:
        self._log = log
        self._vocabulary = vocabulary
        self._handlers = handlers
        self._key = command_key
        self._guesses: OrderedDict[str, Known] = OrderedDict()
        self._connection = log.connection
        self._wary: dict[type[Command], int] = {}

    async def handle(self, command: Command, context: Context, *, sent: Command | None = None) -> Reply:
        """The reply of the first acceptance of this command id. Raises what the decision and `Log.append` raise.

        `sent` is the command as it was sent, where the service has filled something in: a repeated one is known by it.
        """
        handler = self._handlers[type(command)]
        case = _Case(command, context, hash_of(sent or command, context, self._key), handler, handler.reads(command))
        try:
            return await self._decide_and_append(case)
        except _OF_THE_LOG:
            raise
        except Error as error:
            return await self._stored(case.command_hash, context, error)

    async def accepted(self, sent: Command, context: Context, refusal: Error) -> Reply:
        """The reply that the command got when it was accepted before. Raises the refusal if it was not."""
        return await self._stored(hash_of(sent, context, self._key), context, refusal)

    async def _stored(self, command_hash: bytes, context: Context, refusal: Error) -> Reply:
        # What was accepted before may be refused now, just because it was.
        stored = await self._log.reply(context.command_id, command_hash)
        if stored is None:
            raise refusal
        return stored

    async def _decide_and_append(self, case: _Case) -> Reply:
        connection = self._current()
        if self._dares(case):
            try:
                return await self._attempt(case, [self._guess_of(s) for s in case.streams], connection)
            except (Reused, Unavailable):
                raise
            except Error:  # a guess may be wrong: only what is loaded refuses or conflicts
                self._wary[type(case.command)] = WARY
        try:
            return await self._attempt_on_loaded(case)
        except Conflict:
            return await self._attempt_on_loaded(case)

    async def _attempt_on_loaded(self, case: _Case) -> Reply:
        connection = self._current()
        known = await self._loaded(case.streams)
        latest = known if case.command.amends else self._latest(case.streams, known)
        try:
            return await self._attempt(case, latest, connection)
        except _OF_THE_LOG:
            raise
        except Error:
            if latest == known:
                raise
            return await self._attempt(case, known, connection)

    async def _attempt(self, case: _Case, known: list[Known], connection: int) -> Reply:
        events = decided(case.command, case.handler, case.streams, known)
        strange = {event.type for written in events.values() for event in written if not self._vocabulary.knows(event)}
        if strange:  # it would be written, and never read again
            raise TypeError(f"a decision made events that are not of the log's vocabulary: {sorted(strange)}")
        expects = tuple(Expect(s.name, k.version, k.maker) for s, k in zip(case.streams, known, strict=True))
        written = Written()
        made = envelopes(expects, events, case.context)
        append = Append(case.context, case.command_hash, expects, made, written, connection)
        # Before it is durable, so that commands on one stream share a group.
        if case.command.amends:  # what was folded may stand no more
            self._forget(case.streams)
        else:
            self._guess(case.streams, known, events, written)
        try:
            reply = await self._log.append(append)
        except BaseException:
            self._forget(case.streams)
            raise
        if not written.accepted:  # it was recorded before, and not once more
            self._forget(case.streams)
        return reply

    def _current(self) -> int:
        """The log's connection; what was remembered over an earlier one is forgotten, for a restore may lie between."""
        if self._connection != self._log.connection:
            self._connection = self._log.connection
            self._guesses.clear()
        return self._connection

    def _dares(self, case: _Case) -> bool:
        """Whether to decide before loading: on what is remembered, or that streams are new, as for most commands."""
        if case.command.amends:
            return False
        if all(s.name in self._guesses for s in case.streams):
            return True
        wary = self._wary.get(type(case.command), 0)
        self._wary[type(case.command)] = max(0, wary - 1)
        return wary == 0

    def _guess_of(self, stream: Stream[Any]) -> Known:
        """What we last knew of a stream; of one that we know nothing of, that it is new."""
        return self._guesses.get(stream.name) or Known(0, stream.fold.initial)

    def _latest(self, streams: Sequence[Stream[Any]], loaded: list[Known]) -> list[Known]:
        """Guesses where they go further: others that conflicted with us have already decided on what we loaded."""
        return [max(k, self._guesses.get(s.name, k), key=_version) for s, k in zip(streams, loaded, strict=True)]

    async def _loaded(self, streams: Sequence[Stream[Any]]) -> list[Known]:
        rows = await self._log.load([(s.name, 0) for s in streams])
        found = []
        for stream in streams:
            events = [e.data for e in self._vocabulary.envelopes(row.body for row in rows[stream.name])]
            found.append(loaded(stream, events))
        return found

    def _guess(
        self, streams: Sequence[Stream[Any]], known: list[Known], events: Mapping[str, Sequence[Event]], maker: Written
    ) -> None:
        for stream, before in zip(streams, known, strict=True):
            told = events.get(stream.name, ())
            after = folded(stream, before, told)
            self._guesses[stream.name] = after._replace(maker=maker if told else before.maker)
            self._guesses.move_to_end(stream.name)
        while len(self._guesses) > REMEMBERED:
            self._guesses.popitem(last=False)

    def _forget(self, streams: Sequence[Stream[Any]]) -> None:
        for stream in streams:
            self._guesses.pop(stream.name, None)


def _version(known: Known) -> int:
    return known.version


def loaded(stream: Stream[Any], events: Sequence[Event]) -> Known:
    """What all its events make of a stream."""
    known = folded(stream, Known(0, stream.fold.initial), _shown(stream, events))
    return known._replace(version=len(events), told=events)


def _shown(stream: Stream[Any], events: Sequence[Event]) -> Sequence[Event]:
    """What of all its events a stream's state is made of."""
    if stream.fold.raw or not any(event.amends for event in events):
        return events
    if stream.fold.whole:
        return [event for event in events if not isinstance(event, FactRetracted)]
    return [one.event for one in standing(enumerate(events, 1))]


def folded(stream: Stream[Any], known: Known, events: Sequence[Event]) -> Known:
    """What further events, which amend nothing, make of it."""
    state = known.state
    for event in events:
        state = stream.fold.evolve(state, event)
    return Known(known.version + len(events), state)


def decided(
    command: Command, handler: Handler, streams: Sequence[Stream[Any]], known: Sequence[Known]
) -> Mapping[str, Sequence[Event]]:
    """A decision's events by stream name. Raises what the decision raises, and Refused for what amends nothing."""
    if command.amends:
        documented(command)
    events = by_stream(handler, streams, handler.decide(command, *(k.state for k in known)))
    if command.amends:
        for stream, before in zip(streams, known, strict=True):
            for event in events.get(stream.name, ()):
                amendable(event, dict(enumerate(before.told, 1)))
    return events


def by_stream(handler: Handler, streams: Sequence[Stream[Any]], events: Events) -> Mapping[str, Sequence[Event]]:
    """A decision's events by stream name. Raises ValueError for a stream that the decision did not read, or to which
    its handler does not say that it writes.
    """
    if not isinstance(events, Mapping):
        return {streams[0].name: events}
    unread = events.keys() - {s.name for s in streams}
    if unread:
        raise ValueError(f"a decision wrote to streams that it did not read: {sorted(unread)}")
    if not handler.several and events.keys() - {streams[0].name}:
        raise ValueError(f"a decision wrote to other streams than the first, and is not `several`: {sorted(events)}")
    return events


def envelopes(
    expects: Sequence[Expect], events: Mapping[str, Sequence[Event]], context: Context
) -> tuple[Envelope[Any], ...]:
    versions = {e.stream: e.version for e in expects}
    numbered = [(s, versions[s] + n, e) for s, written in events.items() for n, e in enumerate(written, 1)]
    return tuple(
        _Envelope(
            stream=stream,
            version=version,
            event_id=event_id(context.command_id, ordinal),
            command_id=context.command_id,
            actor=context.actor,
            on_behalf_of=context.on_behalf_of,
            trace=context.trace,
            data=event,
        )
        for ordinal, (stream, version, event) in enumerate(numbered)
    )


def hash_of(command: Command, context: Context, key: bytes) -> bytes:
    """Keyed, so that what is kept of a command tells nothing of the names in it.

    A field at its default does not count: one that a later release adds must not make another command of a retry.
    """
    told = command.model_dump(mode="json", exclude_defaults=True)
    content = [type(command).__name__, told, context.actor, context.on_behalf_of]
    return hmac.digest(key, orjson.dumps(content, option=orjson.OPT_SORT_KEYS), hashlib.sha256)
