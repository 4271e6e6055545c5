"""Persons: an opaque id; every text about one is sealed before it comes here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from pydantic import Field

from services.kernel.decider import Command, Events, Fold, Handler, Handlers, Stream
from services.kernel.errors import Refused
from services.kernel.performing import AHEAD, Act, takes_effect
from services.kernel.standing import Correctable
from services.kernel.telling import require, tell
from services.kernel.text import Id, Line, Prose
from services.registry import events as e


class RegisterPerson(Correctable, Act):
    """Bring a person into the registry under an opaque id of the caller's choice. The name is sealed on arrival."""

    ahead = AHEAD

    person: Id
    """The person's id, which tells nothing about the person."""
    name: Line
    """The name."""


class DescribePerson(Correctable, Act):
    """Tell how a person was called at a time: name, rank, and posts as worded then. All is sealed on arrival."""

    ahead = AHEAD

    person: Id
    """The person."""
    name: Line | None = None
    """The name, where it differs."""
    rank: Line | None = None
    """Military or police rank as worded."""
    posts: tuple[Line, ...] = Field(default=(), max_length=50)
    """Posts held at once, as worded."""


class ForgetPerson(Command):
    """Destroy the person's key: no text about the person can ever be read again. The history stays whole."""

    person: Id
    """The person."""
    reason: Prose
    """Why, for example the request it answers. It must not name the person."""


@dataclass(frozen=True, slots=True)
class Unknown:
    pass


@dataclass(frozen=True, slots=True)
class Known:
    """Known at least by a description."""

    registered: bool


@dataclass(frozen=True, slots=True)
class Forgotten:
    pass


Person = Unknown | Known | Forgotten


def evolve(person: Person, event: e.PersonEvent) -> Person:
    match event:
        case e.PersonRegistered():
            return person if isinstance(person, Forgotten) else Known(registered=True)
        case e.PersonDescribed():
            return Known(registered=False) if isinstance(person, Unknown) else person
        case e.PersonForgotten():
            return Forgotten()
        case _:
            assert_never(event)


PERSON: Fold[Person] = Fold("person", Unknown(), evolve, whole=True)  # what is sealed stays until it is forgotten


def register(command: RegisterPerson, person: Person) -> Events:
    match person:
        case Forgotten():
            raise _forgotten()
        case Known(registered=True) if command.record is None:
            raise Refused(
                "person.known",
                en="This id is taken; tell more by describing it.",
                vi="Mã người này đã có; mô tả thêm nếu cần.",
            )
        case _:
            if command.record is None:
                takes_effect(command)
            return [tell(e.PersonRegistered, command)]


def describe(command: DescribePerson, person: Person) -> Events:
    match person:
        case Forgotten():
            raise _forgotten()
        case Unknown() if command.record is None:
            raise Refused(
                "person.unknown", en="Register the person first.", vi="Người này chưa được đăng ký; cần đăng ký trước."
            )
        case _:
            told = command.name or command.rank or command.posts
            require(
                told, "person.description", en="Give a name, a rank or a post.", vi="Cần tên, cấp bậc hoặc chức vụ."
            )
            if command.record is None:
                takes_effect(command)
            return [tell(e.PersonDescribed, command)]


def forget(command: ForgetPerson, person: Person) -> Events:
    match person:
        case Unknown():
            raise Refused(
                "person.unknown",
                en=f"No person {command.person} is recorded: there is nothing to forget.",
                vi=f"Chưa ghi nhận người nào có mã {command.person}: không có gì để xóa.",
            )
        case Known():
            return [tell(e.PersonForgotten, command)]
        case Forgotten():
            return []
        case _:
            assert_never(person)


def _forgotten() -> Refused:
    return Refused(
        "person.forgotten", en="This person was forgotten; nothing more can be told.", vi="Người này đã được xóa."
    )


def persons_of(named: Mapping[str, Id]) -> list[Stream[Person]]:
    """The streams of which `all_remembered` gets the states: of those whom an act names, by field."""
    return [PERSON.of(one) for one in dict.fromkeys(named.values())]


def all_remembered(named: Mapping[str, Id], states: Sequence[Person]) -> None:
    """That nobody whom an act names was forgotten; they need not be registered. Raises Refused."""
    known = dict(zip(dict.fromkeys(named.values()), states, strict=True))
    for field, person in named.items():
        require(
            not isinstance(known[person], Forgotten),
            "person.forgotten",
            en=f"{field}: {person} was forgotten; nothing more can be told.",
            vi=f"{field}: {person} đã được xóa; không ghi nhận thêm được.",
        )


HANDLERS: Handlers = {
    RegisterPerson: Handler(lambda c: [PERSON.of(c.person)], register),
    DescribePerson: Handler(lambda c: [PERSON.of(c.person)], describe),
    ForgetPerson: Handler(lambda c: [PERSON.of(c.person)], forget),
}
