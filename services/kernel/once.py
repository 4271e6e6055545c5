"""What is made of a row once, for all who read it: rows in memory are shared, and nobody changes them.

It is kept with the row and goes with it, so that a process keeps no more than it keeps rows.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import ref

R = TypeVar("R")
P = ParamSpec("P")
T = TypeVar("T")

MOST = 16  # results of a function for one row

_ITSELF = object()
_made: dict[int, tuple[ref[Any], dict[Any, dict[tuple[Any, ...], Any]]]] = {}  # by the id of a row that is there


def once(make: Callable[Concatenate[R, P], T], most: int = MOST) -> Callable[Concatenate[R, P], T]:
    """The function, which makes the same of the very same row, and of equal arguments after it, only once.

    The row is any object that can be referred to weakly, and arguments are given by position. Nobody changes what is
    given, nor what is made of it, which must not hold the row. Of more than `most` for a row the oldest is forgotten.
    """

    @wraps(make)
    def made(row: Any, *rest: Any) -> Any:
        kept = _kept(row).setdefault(make, {})
        if rest not in kept:
            found: Any = make(row, *rest)  # type: ignore[call-arg]
            kept[rest] = _ITSELF if found is row else found
            if len(kept) > most:
                del kept[next(iter(kept))]
            return found
        found = kept[rest]
        return row if found is _ITSELF else found

    return made  # type: ignore[return-value]  # which takes no other arguments than by position


def _kept(row: Any) -> dict[Any, dict[tuple[Any, ...], Any]]:
    number = id(row)
    if number not in _made:
        forget = _made.pop  # held by itself: at the end of the process the module's names go before the last rows do
        _made[number] = ref(row, lambda _: forget(number, None)), {}
    return _made[number][1]
