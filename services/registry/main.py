"""What registry is made of; it owns the persons, and so their vault."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID, uuid5

import structlog
from thidua.registry.v1 import registry_pb2

from services.kernel.decider import Command, Context, Fold, Stream
from services.kernel.errors import Error
from services.kernel.handling import Handling, Known, decided, loaded
from services.kernel.performing import Act
from services.kernel.service import Service
from services.kernel.standing import Retract, SealedCorrection
from services.kernel.tools import Tools
from services.registry.domain import HANDLERS, movement
from services.registry.domain.belonging import ActOfMembers
from services.registry.domain.bloc import BLOC, EstablishBloc, authority_of
from services.registry.domain.body import BODY, EstablishBody
from services.registry.domain.circles import Above, ActBelow
from services.registry.domain.codes import holders_of, stream_of
from services.registry.domain.movement import MOVEMENT, LaunchMovement
from services.registry.domain.naming import terms
from services.registry.domain.organisation import (
    ORGANISATION,
    TELLING,
    AssignOrganisationCode,
    RegisterOrganisation,
    TellCode,
    TransferOrganisation,
    above,
)
from services.registry.domain.person import PERSON, DescribePerson, ForgetPerson, RegisterPerson
from services.registry.domain.reorganisation import REORGANISATION, Reorganise, predecessors
from services.registry.domain.retracting import TOLD, bereft, retracted
from services.registry.events import VOCABULARY
from services.registry.projections import MODELS
from services.registry.queries import QUERIES
from services.registry.stays import MEMBERSHIP, open_stays
from services.registry.tables.importing import JOBS

_CLAIMED = """
select stream from log.events where starts_with(stream, $1) and version = 1 order by stream
"""

# Who is told to have a code in the own stream, and not in the code's: all of it is found by the streams' names.
_CODED = """
with told as (
    select type, told #>> '{data,organisation}' as organisation, told #>> '{data,code}' as code
    from log.events, lateral (select convert_from(body, 'utf8')::json as told) e
    where starts_with(stream, 'organisation')
)
select organisation, code from told where type <> 'OrganisationCodeTold' and code is not null
except select organisation, code from told where type = 'OrganisationCodeTold'
"""
_CODES = UUID("6f0b5a52-3c1e-5d0f-9a55-0e7f2c9a1b44")
"""Of which the ids of commands are made that tell what a log told before there were streams of codes."""

_log = structlog.get_logger()

A = TypeVar("A", bound=ActOfMembers)
B = TypeVar("B", bound=ActBelow)
C = TypeVar("C", RegisterOrganisation, AssignOrganisationCode)
P = TypeVar("P", RegisterOrganisation, TransferOrganisation)

ACTS_OF_MEMBERS = [command for command in HANDLERS if issubclass(command, ActOfMembers)]

# A database that was restored may hold keys again that were destroyed after it was saved, the events tell of whom.
_FORGOTTEN = """
select person from vault.keys where ($1::text is null or person = $1) and exists (
    select from log.events where stream = 'person:' || person and type = 'PersonForgotten'
)
"""


async def sealed(command: RegisterPerson | DescribePerson, tools: Tools) -> RegisterPerson | DescribePerson:
    """The command with every text about the person sealed, why it corrects another too; a sealed text is longer than a
    line may be.

    Raises Refused, before a key is made, where the decision would refuse the command.
    """
    await _decided(command, tools)
    texts = command.model_dump(include={"name", "rank", "posts"}, exclude_none=True)

    async def seal(text: str) -> str:
        assert tools.vault is not None
        return await tools.vault.seal(command.person, text)

    found: dict[str, Any] = {
        field: tuple([await seal(item) for item in text]) if isinstance(text, tuple) else await seal(text)
        for field, text in texts.items()
    }
    if (told := command.correction) is not None:
        reason = await seal(told.reason)
        found["correction"] = SealedCorrection(corrects=told.corrects, reason=reason, sealed=True)
    if command.name is not None:
        assert tools.vault is not None
        await tools.vault.index(command.person, terms([command.name]))
    await _forgotten_again(tools, command.person)  # who was forgotten since it was decided, has got a new key
    return command.model_copy(update=found)


async def _sealed_why(command: Retract, person: str, tools: Tools) -> Retract:
    """What is retracted of a person with its reason sealed. Raises Refused as `sealed` does."""
    assert tools.vault is not None
    await _decided(command, tools)
    reason = await tools.vault.seal(person, command.reason)
    await _forgotten_again(tools, person)
    return command.model_copy(update={"reason": reason, "sealed": True})


async def _decided(command: RegisterPerson | DescribePerson | Retract, tools: Tools) -> None:
    handler = HANDLERS[type(command)]
    streams = handler.reads(command)
    decided(command, handler, streams, [await _loaded(stream, tools) for stream in streams])


async def with_authority(command: A, tools: Tools) -> A:
    """An act performed here with who organises the bloc; a record as it is."""
    if command.record is not None:
        return command
    bloc = await _loaded(BLOC.of(command.bloc), tools)
    return command.model_copy(update={"authority": authority_of(bloc.state)})


async def with_members(command: EstablishBloc, tools: Tools) -> EstablishBloc:
    """A ruling or correction that names another authority with the units in the bloc under the former one."""
    if command.record is None or not (command.ruling or command.correction):
        return command
    former = authority_of((await _loaded(BLOC.of(command.bloc), tools)).state)
    if former is None or former == command.authority:
        return command
    units = await _units(command.bloc, former, tools)
    return command.model_copy(update={"former": former, "units": units})


async def _units(bloc: str, authority: str, tools: Tools) -> tuple[str, ...]:
    """Who is in a bloc under an authority."""
    prefix = MEMBERSHIP.of(authority, "").name
    found = [row["stream"].removeprefix(prefix) for row in await tools.pool.fetch(_CLAIMED, prefix)]
    claims = {unit: await _loaded(MEMBERSHIP.of(authority, unit), tools) for unit in found}
    return tuple(unit for unit in found if open_stays(claims[unit].state, bloc))


async def with_superiors(command: P, tools: Tools) -> P:
    """An act performed here with all that is above the superior body."""
    return await _with_above(command, ORGANISATION, above, tools)


async def registering(command: RegisterOrganisation, tools: Tools) -> RegisterOrganisation:
    """An act performed here with all that is above the superior body, and all who were ever told to have the code."""
    return await with_holders(await with_superiors(command, tools), tools)


async def with_holders(command: C, tools: Tools) -> C:
    """An act performed here with all who were ever told to have the code."""
    if command.record is not None or command.code is None:
        return command
    told = (await _loaded(stream_of(command.code), tools)).state
    return command.model_copy(update={"holders": holders_of(command.code, told)})


async def with_bodies(command: EstablishBody, tools: Tools) -> EstablishBody:
    """An act performed here with all that the body is a part of which it is to be a part of."""
    return await _with_above(command, BODY, lambda body: body.above, tools)


async def with_parents(command: LaunchMovement, tools: Tools) -> LaunchMovement:
    """A launch performed here with all movements of which it is part."""
    return await _with_above(command, MOVEMENT, movement.above, tools)


async def _with_above(command: B, fold: Fold[Any], above: Callable[[Any], Above], tools: Tools) -> B:
    if command.record is not None or command.under is None:
        return command
    found = [command.under]
    for one in found:
        state = (await _loaded(fold.of(one), tools)).state
        found += [each.one for each in above(state) if each.one not in found]
    return command.model_copy(update={"above": tuple(found)})


async def with_predecessors(command: Reorganise, tools: Tools) -> Reorganise:
    """A ruling or correction with every predecessor that was ever told."""
    if command.record is None or not (command.ruling or command.correction):
        return command
    return command.model_copy(update={"former": await _predecessors(command.reorganisation, tools)})


async def retracting(command: Retract, tools: Tools) -> Retract:
    """What is retracted of a reorganisation with every predecessor that was ever told, of a bloc's authority with the
    units in it, of a person without its words in clear; anything else as it is.
    """
    if (person := retracted(command, PERSON.kind)) is not None:
        return await _sealed_why(command, person, tools)
    if (reorganisation := retracted(command, REORGANISATION.kind)) is not None:
        return command.model_copy(update={"beside": await _predecessors(reorganisation, tools)})
    if (bloc := retracted(command, BLOC.kind)) is not None:
        former = bereft(command, (await _loaded(Stream(command.stream, TOLD), tools)).state)
        units = await _units(bloc, former, tools) if former else ()
        return command.model_copy(update={"beside": tuple(f"{former}:{unit}" for unit in units)})
    return command


async def _predecessors(reorganisation: str, tools: Tools) -> tuple[str, ...]:
    return tuple(sorted(predecessors((await _loaded(REORGANISATION.of(reorganisation), tools)).state)))


async def _loaded(stream: Stream[Any], tools: Tools) -> Known:
    """A stream as its log has it."""
    rows = (await tools.log.load([(stream.name, 0)]))[stream.name]
    return loaded(stream, [envelope.data for envelope in VOCABULARY.envelopes(row.body for row in rows)])


async def destroyed(command: ForgetPerson, tools: Tools) -> None:
    assert tools.vault is not None
    await tools.vault.destroy(command.person)


async def forgotten_again(tools: Tools) -> None:
    """Destroy every key of a forgotten person that is there."""
    await _forgotten_again(tools, None)


async def _forgotten_again(tools: Tools, person: str | None) -> None:
    assert tools.vault is not None
    for row in await tools.pool.fetch(_FORGOTTEN, person):
        await tools.vault.destroy(row["person"])


async def mended(tools: Tools) -> None:
    """What a start, and every minute after it, sees to."""
    await forgotten_again(tools)
    await indexed_again(tools)


async def indexed_again(tools: Tools, most: int = 1_000) -> None:
    """Let persons be found by name whose names were sealed before there was an index, or by other rules than now."""
    assert tools.vault is not None
    persons = await tools.vault.unindexed(most)
    streams = {PERSON.of(person).name: person for person in persons}
    rows = await tools.log.load([(stream, 0) for stream in streams])
    for stream, person in streams.items():
        told = [envelope.data for envelope in VOCABULARY.envelopes(row.body for row in rows[stream])]
        sealed_names = [(person, name) for event in told if (name := getattr(event, "name", None))]
        opened = await tools.vault.open_many(sealed_names)
        await tools.vault.index_anew(person, terms(name for name in opened if name is not None))


async def codes_told_too(tools: Tools, at_once: int = 1_000) -> None:
    """Tell in the streams of codes what organisations' own streams alone tell, in a log from before there were any."""
    handling = Handling(tools.log, VOCABULARY, TELLING, _CODES.bytes)
    told = [TellCode(organisation=one, code=code) for one, code in await tools.pool.fetch(_CODED)]
    try:
        for begin in range(0, len(told), at_once):
            some = told[begin : begin + at_once]
            contexts = (Context(str(uuid5(_CODES, f"{one.organisation} {one.code}")), "registry") for one in some)
            await asyncio.gather(*map(handling.handle, some, contexts))
    except Error as error:  # such as while the log is fenced: at the next start
        _log.warning("codes.untold", why=error.en)


def widened(command: Command) -> bool:
    """Whose arrival names more streams: members for an act, and for what amends who organises a bloc; predecessors for
    what amends a reorganisation; all that is above whom an act puts something under;
    all who had the code that one gives.
    """
    if isinstance(command, EstablishBloc | Reorganise):
        return bool(command.ruling or command.correction)
    if isinstance(command, Retract):
        return any(retracted(command, kind) is not None for kind in (BLOC.kind, REORGANISATION.kind))
    puts_under = isinstance(command, ActBelow) and command.under is not None
    gives_code = isinstance(command, RegisterOrganisation | AssignOrganisationCode) and command.code is not None
    acts = isinstance(command, Act) and command.record is None
    return acts and (isinstance(command, ActOfMembers) or puts_under or gives_code)


SERVICE = Service(
    name="registry",
    api=registry_pb2.DESCRIPTOR.services_by_name["RegistryService"],
    vocabulary=VOCABULARY,
    handlers=HANDLERS,
    queries=QUERIES,
    jobs=JOBS,
    models=MODELS,
    keeps_persons=True,
    arrivals={
        **dict.fromkeys(ACTS_OF_MEMBERS, with_authority),
        EstablishBloc: with_members,
        EstablishBody: with_bodies,
        RegisterOrganisation: registering,
        AssignOrganisationCode: with_holders,
        TransferOrganisation: with_superiors,
        Reorganise: with_predecessors,
        LaunchMovement: with_parents,
        Retract: retracting,
        RegisterPerson: sealed,
        DescribePerson: sealed,
    },
    widened=widened,
    consequences={ForgetPerson: destroyed},
    beginning=codes_told_too,
    mending=mended,
)
