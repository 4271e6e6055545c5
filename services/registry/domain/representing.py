"""Who represents the agency of a head or deputy, by the changes that are told.

On a day it follows the changes up to that day; of a term by its year, it is who represented the agency first: whom its
election or handover names, even if that person came back later. A change of an unknown day leaves the person of a day
unknown.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from services.kernel.telling import mark
from services.kernel.text import Id
from services.registry import events as e
from services.registry.domain.leadership import Change
from services.registry.domain.terms import Marks, Term, inferred


def represented(term: Term, day: date | None, changes: Iterable[Change]) -> list[Term]:
    """The term with the person who represented its head on a day, or first; once for each whom changes of one day name.

    What a source shows of the very day stays as it is.
    """
    own = changes_of(changes, term.year, term.head)
    if not own or (term.seen_on and term.seen_on.day == day and term.head.person):
        return [term]
    if day and not all(change.effective for change in own):
        return [_with_person(term, None, ())]
    done = [change for change in own if day and change.effective and change.effective <= day]
    if done:
        return [
            _with_person(term, change.person, (mark(change.record, "person"), *_of_change(change)))
            for change in {c.person: c for c in done if c.effective == done[-1].effective}.values()
        ]
    if represented_first(term.head.person, own, entered=term.entered):
        return [term]
    gone = [_with_person(term, change.in_place_of, _until(change)) for change in replacing_first(own)]
    return gone or [_with_person(term, None, ())]


def replacing_first(own: Sequence[Change]) -> list[Change]:
    """The changes that name who represented the agency before all of them; several where they contradict each other."""
    first = own if own[-1].effective is None else [change for change in own if change.effective == own[0].effective]
    came = {change.person for change in first}
    gone = {change.in_place_of: change for change in reversed(first) if change.in_place_of not in {*came, None}}
    return list(gone.values())


def _until(change: Change) -> Marks:
    """Of who represented an agency until a change."""
    until = inferred(
        f"represented the agency until the change of {change.effective}"
        f" / đại diện cho cơ quan đến khi thay đổi ngày {change.effective}"
    )
    return mark(change.record, "in_place_of"), until, *_of_change(change)


def changes_of(changes: Iterable[Change], year: int | None, holder: e.Holder) -> list[Change]:
    """The changes of who represented a holder in the term of a year, by their days; those of unknown days last."""
    own = (change for change in changes if change.year == year and _represents(change, holder))
    return sorted(own, key=lambda change: change.effective or date.max)


def represented_first(person: Id | None, own: Sequence[Change], *, entered: bool) -> bool:
    """Whether whom a term tells to represent its holder did so before the changes of it: an election or handover names
    who came first, and another source perhaps who came later.
    """
    return person is not None and (entered or person not in {change.person for change in own})


def _represents(change: Change, head: e.Holder) -> bool:
    if head.agency is not None:
        return change.agency == head.agency
    return head.person is not None and head.person in (change.person, change.in_place_of)


def _of_change(change: Change) -> Marks:
    return tuple(mark(change.record, field) for field in ("effective", "agency", "year"))


def _with_person(term: Term, person: Id | None, marks: Marks) -> Term:
    return term._replace(head=term.head.model_copy(update={"person": person}), person_marks=marks)
