"""What is recorded of whom a table is about, and what its lines before would tell. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.kernel.standing import Telling
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.naming import name_term
from services.registry.projections import Bloc, Organisation, Stream, codes, names_of
from services.registry.stays import MEMBERSHIP
from services.registry.tables.columns import Table


@dataclass
class Known:
    """What is recorded, and what the lines before would tell."""

    organisations: dict[Id, Organisation] = field(default_factory=dict)
    by_code: dict[str, set[Id]] = field(default_factory=dict)
    blocs: dict[Id, Bloc] = field(default_factory=dict)
    claims: dict[str, Stream] = field(default_factory=dict)
    """Memberships, by stream."""
    alike: dict[tuple[Table, str], dict[Id, None]] = field(default_factory=dict)
    """Ids of organisations and blocs by the look-up words of their names: those that lines have without an id."""
    rejected: dict[str, int] = field(default_factory=dict)
    """Ids and codes of organisations in lines before that are rejected, and in which line."""
    said: dict[tuple[str, ...], tuple[object, str, int]] = field(default_factory=dict)
    """What the lines before say of what can only be one thing, in which words and in which line."""

    def called_alike(self, table: Table, name: str | None, code: str | None = None) -> tuple[Id, ...]:
        """Ids of those that have the name, and no other code than this where one is given."""
        ids = self.alike.get((table, name_term(name)), {}) if name else ()
        return tuple(one for one in ids if code is None or codes(self.organisations.get(one, Organisation())) <= {code})

    def named(self, text: str) -> tuple[Id, ...]:
        """Ids of whom a cell may name, by the id or the official code."""
        return (text,) if text in self.organisations else tuple(sorted(self.by_code.get(text, ())))

    def called(self, table: Table, whom: Id, names: Iterable[str]) -> None:
        """Take names of an organisation or a bloc for recorded."""
        for term in map(name_term, names):
            self.alike.setdefault((table, term), {})[whom] = None

    def told(self, event: Any) -> None:
        """Take what a command will tell for recorded."""
        table: Table = "ORGANISATIONS" if isinstance(event, e.OrganisationEvent) else "BLOCS"
        whom = getattr(event, "organisation", None) or event.bloc
        self.called(table, whom, names_of([event]))
        if isinstance(event, e.OrganisationEvent):
            before = self.organisations.get(event.organisation, Organisation())
            self.organisations[event.organisation] = Organisation(events=_and_then(before.events, event))
            if code := getattr(event, "code", None):
                self.by_code.setdefault(code, set()).add(event.organisation)
        elif isinstance(event, e.BlocEstablished | e.BlocNamed | e.BlocDissolved):
            bloc = self.blocs.get(event.bloc, Bloc())
            self.blocs[event.bloc] = bloc.model_copy(update={"events": _and_then(bloc.events, event)})
        elif isinstance(event, e.MembershipEvent):
            stream = MEMBERSHIP.of(event.authority, event.unit).name
            self.claims[stream] = Stream(events=_and_then(self.claims.get(stream, Stream()).events, event))
        else:
            raise TypeError(f"{event.type} is told by no table")


def _and_then(told: Sequence[Telling[Any]], event: Any) -> tuple[Telling[Any], ...]:
    return (*told, Telling(version=told[-1].version + 1 if told else 1, event=event))
