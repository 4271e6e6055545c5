"""Rules as data: versions in force from a day on, and deadlines that come every year."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal, Protocol, TypeVar

from pydantic import Field, ValidationInfo, field_validator

from services.kernel.provenance import Part

Year = Annotated[int, Field(ge=1945, le=2200)]
"""An emulation year."""
Seen = Literal["WEB", "SEED", "UNVERIFIED"]
"""Where a rule was seen: on a public page, in an article that facts were recorded from, or nowhere."""
_COMMON_YEAR = 2023


class Version(Protocol):
    """A version of a rule, in force from `effective` (null: always) to `effective_to` (null: open), both included."""

    @property
    def version(self) -> int: ...
    @property
    def effective(self) -> date | None: ...
    @property
    def effective_to(self) -> date | None: ...


V = TypeVar("V", bound=Version)


def in_force(versions: Sequence[V], day: date | None) -> V | None:
    """The version in force on a day, the last to begin of those that have; null where none is known to be."""
    if day is None:
        return None
    begun = [v for v in versions if v.effective is None or v.effective <= day]
    latest = max(begun, key=lambda v: (v.effective or date.min, v.version), default=None)
    return latest if latest and (latest.effective_to is None or day <= latest.effective_to) else None


def not_before(day: date | None, earlier: date | None) -> bool:
    """Whether nothing says that it was before; a day that is not known says nothing."""
    return day is None or earlier is None or day >= earlier


class Due(Part):
    """A yearly deadline, up to and including a day."""

    month: int = Field(ge=1, le=12)
    """1 to 12."""
    day: int = Field(ge=1, le=31)
    """A day that the month has in every year."""
    years_after: int | None = Field(default=None, ge=0, le=5)
    """How many years after the emulation year; null if not known."""

    @field_validator("day")
    @classmethod
    def comes_every_year(cls, day: int, told: ValidationInfo) -> int:
        month = told.data.get("month")  # absent where it is wrong itself
        if month and day > (most := monthrange(_COMMON_YEAR, month)[1]):
            raise ValueError(
                f"month {month} has {most} days in every year, and no day {day} / "
                f"tháng {month} năm nào cũng có {most} ngày, không có ngày {day}"
            )
        return day

    def __str__(self) -> str:
        """`03-31+1` is 31 March of the year after."""
        return f"{self.month:02}-{self.day:02}" + ("" if self.years_after is None else f"+{self.years_after}")

    def of(self, year: int) -> date | None:
        """The deadline for an emulation year, where it is known."""
        return None if self.years_after is None else date(year + self.years_after, self.month, self.day)
