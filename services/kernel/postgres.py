"""What every connection to PostgreSQL shares, and which of its errors pass by themselves."""

from typing import Final

import asyncpg

SETTINGS: Final = {
    "application_name": "thidua",
    "jit": "off",
    "timezone": "UTC",
    "lock_timeout": "8s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
    "tcp_user_timeout": "10000",
}

# connection, not connected as wanted, no such database (yet), resources, lock or server state, standby, deadlock
_PASSING_CLASSES = ("08", "28", "3D", "53", "55", "57", "58", "40", "25006")


def passing(error: BaseException) -> bool:
    """Whether the same call may succeed later: the server is down, starting, full, a standby, or too slow."""
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "").startswith(_PASSING_CLASSES)
    if isinstance(error, asyncpg.DataError | asyncpg.UnsupportedClientFeatureError):
        return False
    return isinstance(error, OSError | TimeoutError | asyncpg.InterfaceError | asyncpg.InternalClientError)


def shut_out(error: BaseException | None) -> bool:
    """Whether the database refuses our login: it may be mended there, yet not by waiting."""
    while error is not None and not isinstance(error, asyncpg.InvalidAuthorizationSpecificationError):
        error = error.__cause__
    return error is not None


async def no_reset(connection: asyncpg.Connection) -> None:
    """For pools whose users change no session state: saves a round trip per use."""
