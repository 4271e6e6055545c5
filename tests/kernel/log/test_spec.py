"""The helper that specifies decisions must be able to fail."""

import pytest

from services.kernel.spec import specification
from tests.kernel.log.support import HANDLERS, Raise, RaiseBoth, Raised

given = specification(HANDLERS)


def test_a_decision_is_told_in_events_and_commands() -> None:
    given().when(Raise(counter="a", by=2)).then(Raised(by=2))
    given(Raised(by=999_999)).when(Raise(counter="a", by=2)).refused("counter.full")
    given().when(Raise(counter="a", by=0)).then()


def test_other_streams_are_told_by_name() -> None:
    given({"counter:b": [Raised()]}).when(RaiseBoth(mine="a", other="b")).refused("counter.taken")
    given({"counter:b": []}).when(RaiseBoth(mine="a", other="b")).then({"counter:a": [Raised()]})


def test_a_wrong_event_or_rule_fails_the_test() -> None:
    with pytest.raises(AssertionError):
        given().when(Raise(counter="a", by=2)).then(Raised(by=3))
    with pytest.raises(AssertionError):
        given().when(Raise(counter="a")).refused("counter.full")
    with pytest.raises(AssertionError, match="expected a refusal"):
        given(Raised(by=1_000_000)).when(Raise(counter="a")).refused("counter.other")
    with pytest.raises(AssertionError):
        given().when(RaiseBoth(mine="a", other="b")).then({"counter:b": [Raised()]})
