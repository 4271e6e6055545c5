"""What stands after corrections and retractions, told in events."""

from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from services.kernel.decider import Command, Fold, Handler, Handlers, Stream
from services.kernel.events import Event
from services.kernel.provenance import Record, Source
from services.kernel.spec import specification
from services.kernel.standing import Correctable, Correction, FactRetracted, Retract, standing
from services.kernel.telling import Told, tell

RECORD = Record(source=Source(id="letter"), place="paragraph 1")


class PriceFacts(Told, Correctable):
    price: int


class Priced(PriceFacts, Event):
    type: Literal["Priced"] = "Priced"


class Closed(Told, Correctable, Event):
    type: Literal["Closed"] = "Closed"


class Seen(Event):
    """The prices that a decision saw; no document can take that back."""

    type: Literal["Seen"] = "Seen"
    prices: tuple[int, ...] = ()


class Price(PriceFacts, Command):
    pass


Prices = tuple[int, ...]


def evolve(prices: Prices, event: Event) -> Prices:
    assert not isinstance(event, FactRetracted)
    return (*prices, event.price) if isinstance(event, Priced) else prices


SHOP: Fold[Prices] = Fold("shop", (), evolve)
DIARY: Fold[Prices] = Fold("diary", (), evolve, whole=True)


class Look(Command):
    kind: str


HANDLERS: Handlers = {
    Price: Handler(lambda c: [SHOP.of("a")], lambda command, prices: [tell(Priced, command)]),
    Look: Handler(
        lambda c: [(SHOP if c.kind == "shop" else DIARY).of("a")],
        lambda command, prices: [Seen(prices=prices)],
    ),
    Retract: Handler(lambda c: [Stream(c.stream, SHOP)], lambda command, prices: [tell(FactRetracted, command)]),
}
told = specification(HANDLERS)


def correction(corrects: int) -> Correction:
    return Correction(corrects=corrects, reason="misread")


def priced(price: int, corrects: int | None = None) -> Priced:
    return Priced(price=price, record=RECORD, correction=correction(corrects) if corrects else None)


def retracted(version: int) -> FactRetracted:
    return FactRetracted(retracts=version, reason="another shop", record=RECORD)


def stands(*events: Event) -> list[tuple[int, tuple[int, ...]]]:
    """Prices that stand, and by which events."""
    return [(one.event.price, one.told_by) for one in standing(enumerate(events, 1))]


def test_a_correction_takes_the_place_of_what_it_corrects() -> None:
    assert stands(priced(1), priced(2), priced(3, corrects=1)) == [(3, (1, 3)), (2, (2,))]


def test_a_correction_of_a_correction_takes_the_same_place() -> None:
    assert stands(priced(1), priced(2), priced(3, corrects=1), priced(4, corrects=3)) == [(4, (1, 3, 4)), (2, (2,))]


def test_what_is_retracted_stands_no_more_and_its_corrections_fall_with_it() -> None:
    assert stands(priced(1), priced(2), retracted(1)) == [(2, (2,))]
    assert stands(priced(1), priced(2, corrects=1), priced(3, corrects=2), retracted(1)) == []


def test_a_retracted_correction_brings_back_what_it_had_replaced() -> None:
    assert stands(priced(1), priced(2, corrects=1), retracted(2)) == [(1, (1,))]
    chain = (priced(1), priced(2, corrects=1), priced(3, corrects=2))
    assert stands(*chain, retracted(3)) == [(2, (1, 2))]
    assert stands(*chain, retracted(2)) == [(1, (1,))]


def test_a_retracted_retraction_brings_back_what_it_had_taken_away() -> None:
    assert stands(priced(1), retracted(1), retracted(2)) == [(1, (1,))]
    assert stands(priced(1), priced(2, corrects=1), retracted(1), retracted(3)) == [(2, (1, 2))]
    assert stands(priced(1), retracted(1), retracted(2), retracted(3)) == []


def events_of(orders: list[tuple[str, int]]) -> list[Event]:
    """Events that amend any before them, sensibly or not."""
    found: list[Event] = []
    for number, (kind, target) in enumerate(orders, 1):
        version = min(target, number - 1)
        if kind == "told" or version == 0:
            found.append(priced(number))
        else:
            found.append(priced(number, corrects=version) if kind == "corrected" else retracted(version))
    return found


@given(st.lists(st.tuples(st.sampled_from(["told", "corrected", "retracted"]), st.integers(1, 6)), max_size=8))
def test_a_retraction_that_is_retracted_at_once_changes_nothing(orders: list[tuple[str, int]]) -> None:
    events = events_of(orders)
    for version in range(1, len(events) + 1):
        assert stands(*events, retracted(version), retracted(len(events) + 1)) == stands(*events)


def test_a_decision_sees_what_stands_alone() -> None:
    events = (priced(1), priced(2), priced(3, corrects=1), retracted(2))
    told(*events).when(Look(kind="shop")).then(Seen(prices=(3,)))


def test_a_fold_of_the_whole_stream_sees_what_was_ever_told() -> None:
    events = (priced(1), priced(3, corrects=1), retracted(1))
    told(*events).when(Look(kind="diary")).then(Seen(prices=(1, 3)))


def test_a_correction_names_an_event_of_its_kind_that_stands() -> None:
    command = Price(price=4, record=RECORD, correction=correction(1))
    told(priced(1)).when(command).then(priced(4, corrects=1))
    told().when(command).refused("correction.nothing")
    told(Closed()).when(command).refused("correction.nothing")
    told(priced(1), retracted(1)).when(command).refused("correction.nothing")
    told(priced(1), priced(2, corrects=1)).when(command).refused("correction.nothing")  # another was faster
    told(priced(1), priced(2, corrects=1), retracted(2)).when(command).then(priced(4, corrects=1))


def test_a_correction_has_a_document() -> None:
    told(priced(1)).when(Price(price=4, correction=correction(1))).refused("correction.document")


def retract(version: int) -> Retract:
    return Retract(stream="shop:a", retracts=version, reason="another shop", record=RECORD)


def test_a_retraction_names_what_stands_what_a_correction_rests_on_or_a_retraction() -> None:
    told(priced(1)).when(retract(1)).then(retracted(1))
    told(priced(1), priced(2, corrects=1)).when(retract(1)).then(retracted(1))
    told(priced(1), retracted(1)).when(retract(2)).then(retracted(2))
    told().when(retract(1)).refused("correction.nothing")
    told(priced(1), retracted(1)).when(retract(1)).refused("correction.nothing")
    told(priced(1), retracted(1), retracted(2)).when(retract(2)).refused("correction.nothing")


def test_what_cannot_be_recorded_cannot_be_retracted() -> None:
    told(Seen()).when(retract(1)).refused("correction.nothing")
