"""By which rule the lead of a bloc goes round, and who comes next by it: by what is told, and never by a guess."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from services.kernel.decider import Events, Fold, Handler, Handlers, Stream
from services.kernel.performing import AHEAD, named_day, takes_effect
from services.kernel.provenance import Fact, Mark
from services.kernel.telling import mark, require, tell, weakest
from services.registry import events as e
from services.registry.domain.belonging import ActOfMembers, belong, reads
from services.registry.domain.bloc import BLOC, Bloc, established
from services.registry.domain.head import Heads
from services.registry.domain.organisation import Mentioned
from services.registry.domain.ruling import settles


class SetRotation(e.RotationFacts, ActOfMembers):
    """Settle by which rule the lead of a bloc goes round, or record it."""

    ahead = AHEAD


Rotation = int
"""How often a rule was told."""


def evolve(rotation: Rotation, event: e.RotationEvent) -> Rotation:
    del event
    return rotation + 1


ROTATION: Fold[Rotation] = Fold("rotation", 0, evolve)


def settle(command: SetRotation, rotation: Rotation, bloc: Bloc, *members: Any) -> Events:
    require(
        command.manner or command.order.items or command.words,
        "rotation.manner",
        en="manner: tell the rule.",
        vi="manner: cần nêu quy tắc luân phiên.",
    )
    if command.record is None:
        known = established(bloc, named_day(command))
        takes_effect(command)
        require(
            command.manner, "rotation.manner", en="manner: tell the rule.", vi="manner: cần nêu quy tắc luân phiên."
        )
        _in_order(command)
        belong(command, _ordered(command), known, members)
    settles(command, rotation)
    return [tell(e.RotationSet, command)]


def _in_order(command: SetRotation) -> None:
    units = [member.unit for member in command.order.items]
    require(
        bool(units) == (command.manner == "ORDER") and len({*units}) == len(units),
        "rotation.order",
        en="order: a rule by order names the members, each once; another rule names none.",
        vi="order: luân phiên theo thứ tự cần nêu các thành viên, mỗi đơn vị một lần; cách khác thì không nêu.",
    )


def _ordered(command: SetRotation) -> Mentioned:
    return {f"order.items[{i}].unit": member.unit for i, member in enumerate(command.order.items)}


def _reads(command: SetRotation) -> list[Stream[Any]]:
    return [ROTATION.of(command.bloc), BLOC.of(command.bloc), *reads(command, _ordered(command))]


HANDLERS: Handlers = {SetRotation: Handler(_reads, settle)}


class Next(NamedTuple):
    """Who heads a year: an agency, or why none can be told, in English and in Vietnamese."""

    agency: Fact | None = None
    told: bool = False
    """Whether it is recorded of the year itself, and does not follow from a rule."""
    unknown: str | None = None


def rule_for(rules: Sequence[e.RotationSet], year: int) -> list[e.RotationSet]:
    """The rule by which the head of a year is found; several where sources of one day contradict each other."""
    begun = [rule for rule in rules if _begins(rule) <= year]
    last = max((_order(rule) for rule in begun), default=None)
    return [rule for rule in begun if _order(rule) == last]


def _begins(rule: e.RotationSet) -> int:
    """The first year that begins under it, unless it says another."""
    if rule.from_year or rule.effective is None:
        return rule.from_year or 0
    return rule.effective.year + _after_new_year(rule.effective)


def _in_the_midst(rules: Sequence[e.RotationSet], year: int) -> list[e.RotationSet]:
    """The rules that begin to hold in the midst of the year, and do not say whose head they decide first."""
    undated = ((rule.effective, rule) for rule in rules if not rule.from_year)
    return [rule for day, rule in undated if day and day.year == year and _after_new_year(day)]


def _contents(rules: Sequence[e.RotationSet]) -> set[Any]:
    return {(rule.manner, rule.order.items) for rule in rules}


def _after_new_year(day: date) -> bool:
    return day > date(day.year, 1, 1)


def _order(rule: e.RotationSet) -> tuple[int, str]:
    return _begins(rule), str(rule.effective or "")


def following(rules: Sequence[e.RotationSet], year: int, heads: Heads, before: Heads) -> Next:
    """Who heads a year, of which `heads` are told and `before` of the year before it.

    A head that is told needs no rule. By an order it is the member after the head of the year before; by lot or by
    election nobody is before it has taken place, and a gap in history is not filled.
    """
    if heads.heads:
        return _of(heads, year, told=True)
    found = rule_for(rules, year)
    midst = _in_the_midst(rules, year)
    if midst and _contents(midst) != _contents(found):
        day = midst[0].effective
        return _unknown(
            f"a rule holds from {day} on, and whether it decides the head of {year} already is not told",
            f"có quy tắc áp dụng từ {day}, chưa nêu có áp dụng cho trưởng năm {year} không",
        )
    if not found:
        return _unknown("no rule is recorded for the year", "chưa ghi nhận quy tắc luân phiên cho năm này")
    if len(_contents(found)) > 1:
        return _unknown("sources tell several rules", "các nguồn nêu quy tắc khác nhau")
    return _by(found[0], year, before)


def _of(heads: Heads, year: int, *, told: bool) -> Next:
    """The one head of a year, by its agency."""
    if not heads.heads:
        return _unknown(f"no head of {year} is recorded", f"chưa ghi nhận trưởng năm {year}")
    if heads.disputed:
        return _unknown(f"sources tell several heads of {year}", f"các nguồn nêu trưởng năm {year} khác nhau")
    if len(heads.heads) > 1:
        return _unknown(f"several headed in turn in {year}", f"năm {year} có nhiều trưởng kế tiếp nhau")
    agency = heads.heads[0].agency
    if agency is None:
        return _unknown(f"the agency of the head of {year} is not told", f"chưa nêu cơ quan của trưởng năm {year}")
    return Next(agency=agency, told=told)


def _by(rule: e.RotationSet, year: int, before: Heads) -> Next:
    match rule.manner:
        case "LOT":
            return _unknown("the lot is drawn each time", "bốc thăm từng lần")
        case "ELECTION":
            return _unknown("the head is elected each year", "trưởng được bầu hằng năm")
        case None:
            return _unknown("the rule does not say who follows", "quy tắc không nêu ai kế tiếp")
        case _:
            last = _of(before, year - 1, told=True)
            return last if last.agency is None else _after(rule, year, last.agency)


def _after(rule: e.RotationSet, year: int, last: Fact) -> Next:
    """The member that follows in the order."""
    units = [member.unit for member in rule.order.items]
    if units.count(last.value) != 1:
        return _unknown(
            f"{last.value}, head of {year - 1}, is not once in the order",
            f"{last.value}, trưởng năm {year - 1}, không có đúng một lần trong thứ tự",
        )
    place = units.index(last.value) + 1
    if place == len(units) and not rule.order.exhaustive:
        return _unknown(
            f"{last.value} is the last who is named, and whether these are all is not told",
            f"{last.value} là đơn vị cuối được nêu, và chưa rõ danh sách đã đủ chưa",
        )
    place %= len(units)
    basis = (
        f"in the order {units[place]} follows {last.value}, head of {year - 1}"
        f" / theo thứ tự, {units[place]} kế tiếp {last.value}, trưởng năm {year - 1}"
    )
    rests = (last.mark, Mark(certainty="INFERRED", basis=basis))
    own = mark(rule.record, f"order.items[{place}].unit")
    return Next(agency=Fact(value=units[place], mark=weakest(own, *rests)))


def _unknown(en: str, vi: str) -> Next:
    return Next(unknown=f"{en} / {vi}")
