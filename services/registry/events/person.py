"""What can happen to a person: an id, under which texts are sealed with a key of its own."""

from typing import Annotated, Literal

from pydantic import Field

from services.kernel.events import Event
from services.kernel.standing import Correctable, SealedCorrection
from services.kernel.telling import Told
from services.kernel.text import Id

Sealed = Annotated[str, Field(min_length=1)]
"""A person's text, sealed with that person's key."""


class PersonRegistered(Told, Correctable, Event):
    """A person's id came into use. The name is sealed with the person's key."""

    type: Literal["PersonRegistered"] = "PersonRegistered"
    person: Id
    name: Sealed
    correction: SealedCorrection | None = None


class PersonDescribed(Told, Correctable, Event):
    """How a person was called at a time: name, rank and posts as worded then, each sealed."""

    type: Literal["PersonDescribed"] = "PersonDescribed"
    person: Id
    name: Sealed | None = None
    rank: Sealed | None = None
    posts: tuple[Sealed, ...] = ()
    correction: SealedCorrection | None = None


class PersonForgotten(Event):
    """The person's key is destroyed: what was sealed with it can never be read again."""

    type: Literal["PersonForgotten"] = "PersonForgotten"
    person: Id


PersonEvent = PersonRegistered | PersonDescribed | PersonForgotten
