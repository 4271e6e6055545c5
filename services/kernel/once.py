"""What is made of a row once, for all who read it: rows in memory are shared, and nobody changes them. Pure."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

MANY, FEW = 8_192, 2_048  # results of a function that a process keeps, small and large ones


def once(make: Callable[P, T], most: int = MANY) -> Callable[P, T]:
    """The function, which makes the same of the very same object, and of equal arguments after it, only once.

    For what nobody changes: what is given, and what is made of it. Of more than `most` the oldest is forgotten.
    """
    kept: dict[tuple[Any, ...], tuple[object, T]] = {}  # with the object, lest another one gets its id

    @wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> T:
        key = (id(args[0]), *args[1:])
        found = kept.get(key)
        if found is None:
            found = kept[key] = args[0], make(*args, **kwargs)
            if len(kept) > most:
                del kept[next(iter(kept))]
        return found[1]

    return made


def once_of_few(make: Callable[P, T]) -> Callable[P, T]:
    """The same, for what is large."""
    return once(make, FEW)
