"""Blocs (khối) and clusters (cụm): establishment, names, and what sources declare about their members."""

from dataclasses import dataclass
from datetime import date
from typing import assert_never

from services.kernel.decider import Command, Events, Fold, Handler, Handlers
from services.kernel.errors import Refused
from services.kernel.telling import require, tell
from services.kernel.text import Id
from services.registry import events as e


class EstablishBloc(e.BlocFacts, Command):
    """Establish a bloc or cluster by a decision, or record that one exists."""


class NameBloc(e.BlocNameFacts, Command):
    """Tell a new name from a day on, or further spellings by which it is found."""


class DeclareMembers(e.MembersFacts, Command):
    """Tell which members a source names or counts. It starts no membership: that is AdmitMember."""


@dataclass(frozen=True, slots=True)
class Unknown:
    pass


@dataclass(frozen=True, slots=True)
class Established:
    authority: Id | None
    since: date | None


Bloc = Unknown | Established


def evolve(bloc: Bloc, event: e.BlocEvent) -> Bloc:
    match event:
        case e.BlocEstablished(authority=authority, effective=since):
            return Established(authority, since)
        case e.BlocNamed() | e.MembersDeclared():
            return bloc
        case _:
            assert_never(event)


BLOC: Fold[Bloc] = Fold("bloc", Unknown(), evolve)


def established(bloc: Bloc) -> Established:
    """What a performed act of a bloc needs. Raises Refused."""
    match bloc:
        case Established():
            return bloc
        case Unknown():
            raise Refused("bloc.unknown", "Establish the bloc first.", "Khối, cụm chưa được thành lập.")
        case _:
            assert_never(bloc)


def establish(command: EstablishBloc, bloc: Bloc) -> Events:
    match bloc:
        case Established():
            raise Refused("bloc.known", "This id is taken; tell more by naming it.", "Mã khối, cụm này đã có.")
        case _:
            if command.record is None:
                require(
                    command.authority and command.effective,
                    "bloc.establishment",
                    "Name the organising authority and the day.",
                    "Cần cơ quan tổ chức và ngày thành lập.",
                )
            return [tell(e.BlocEstablished, command)]


def name(command: NameBloc, bloc: Bloc) -> Events:
    require(command.name or command.variants, "bloc.name", "Give a name or a variant.", "Cần tên hoặc cách viết.")
    if command.record is None:
        established(bloc)
    return [tell(e.BlocNamed, command)]


def declare(command: DeclareMembers, bloc: Bloc) -> Events:
    if command.record is None:
        established(bloc)
    return [tell(e.MembersDeclared, command)]


HANDLERS: Handlers = {
    EstablishBloc: Handler(lambda c: [BLOC.of(c.bloc)], establish),
    NameBloc: Handler(lambda c: [BLOC.of(c.bloc)], name),
    DeclareMembers: Handler(lambda c: [BLOC.of(c.bloc)], declare),
}
