"""Whether a value reaches a target, where the wordings of both allow no other conclusion."""

from decimal import Decimal
from typing import NamedTuple

from services.registry import events as e

_LEAST, _MOST = Decimal("-Infinity"), Decimal("Infinity")


class Span(NamedTuple):
    """The numbers that a wording allows, both ends included."""

    least: Decimal
    most: Decimal


def reaches(line: e.TargetLine, value: e.Quantity) -> bool | None:
    """True or false where every number that the value's wording allows reaches the target, or none does; else null.

    Null too where one of them is no number or has bounds that contradict each other, the units differ, or nothing tells
    whether more or less is better.
    """
    told, reached = line.target, _span(value)
    if told is None or reached is None or value.unit != told.unit:
        return None
    wanted = _wanted(told, line.better)
    if wanted is None:
        return None
    if wanted.least <= reached.least and reached.most <= wanted.most:
        return True
    apart = reached.most < wanted.least or wanted.most < reached.least
    return False if apart and (line.better or told.figure is None) else None


def _span(value: e.Quantity) -> Span | None:
    if value.figure is not None:
        return Span(Decimal(value.figure), Decimal(value.figure))
    if value.at_least is None and value.at_most is None:
        return None
    span = Span(Decimal(value.at_least or _LEAST), Decimal(value.at_most or _MOST))
    return span if span.least <= span.most else None


def _wanted(target: e.Quantity, better: e.Better | None) -> Span | None:
    """The numbers that reach a target: of a mere figure all that are better, or else that figure alone."""
    span = _span(target)
    if span is None or better is None or target.figure is None:
        return span
    return Span(span.least, _MOST) if better == "MORE" else Span(_LEAST, span.most)
