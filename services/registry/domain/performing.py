"""What every act performed in the system needs."""

from datetime import date

from services.kernel.errors import Refused


def performed_on(effective: date | None) -> date:
    """The day of a performed act, which is always known. Raises Refused."""
    if effective is None:
        raise Refused(
            "act.day", en="An act performed here names its day.", vi="Việc thực hiện trên hệ thống cần nêu ngày."
        )
    return effective
