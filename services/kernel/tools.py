"""What a running service has at hand when a command arrives or a query is answered: views, the vault, its peers."""

from collections.abc import AsyncIterator, Mapping, Set
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import asyncpg
import grpc

from services.kernel.auth import ServiceToken
from services.kernel.errors import Invalid, Unavailable, Violation
from services.kernel.events import Position
from services.kernel.finishing import Finishing
from services.kernel.fold import Model
from services.kernel.log import Log
from services.kernel.logclient import LogClient
from services.kernel.vault import Vault
from services.kernel.view import ReadOptions, View

_CHANNEL = [
    ("grpc.max_receive_message_length", 16 * 1024 * 1024),
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.max_reconnect_backoff_ms", 5_000),
]

PRESENT = ReadOptions()


class Peer(NamedTuple):
    """Another service: make its stub of `channel`, and send `token.metadata()` and a deadline with each call."""

    channel: grpc.aio.Channel
    token: ServiceToken


@dataclass(frozen=True)
class Tools:
    pool: asyncpg.Pool
    log: Log
    vault: Vault | None = None
    """Of the service that owns the persons; null elsewhere."""
    peers: Mapping[str, Peer] = field(default_factory=dict)
    finishing: Finishing = field(default_factory=Finishing)

    @asynccontextmanager
    async def look(self, *models: Model, read: ReadOptions = PRESENT) -> AsyncIterator[View]:
        """See models of this service, all of one moment; `view.tools` is this."""
        if read.as_of_time is not None:
            read = await self._then(read.as_of_time, read, {model.log for model in models})
        async with View.open(self.pool, models, read, self.log) as view:
            view.tools = self
            yield view

    async def _then(self, time: datetime, read: ReadOptions, logs: Set[str]) -> ReadOptions:
        """The same with the position that each log had at a time, which its owner alone knows. Raises Invalid."""
        if self.log.name in read.as_of:
            raise Invalid(
                Violation(
                    "read.as_of_position",
                    vi=f"sổ {self.log.name} chỉ nhận một thời điểm hoặc một vị trí",
                    en=f"the log {self.log.name} is read as of a time or as of a position, not both",
                )
            )
        then = {self.log.name: await self.log.position_at(time)}
        for log in sorted(logs - then.keys() - read.as_of.keys()):
            then[log] = await self.owner(log).position_at(time)
        used = {log: position for log, position in then.items() if log in logs}
        return read._replace(as_of={**read.as_of, **used}, as_of_time=None)

    def owner(self, log: str) -> LogClient:
        """Another service's log. Raises Unavailable where nothing tells how to reach it."""
        if log not in self.peers:
            raise Unavailable(en=f"nothing tells how to reach {log}", vi=f"chưa khai báo cách kết nối với {log}")
        channel, token = self.peers[log]
        return LogClient(log, channel, token.metadata)

    async def latest(self, log: str) -> ReadOptions:
        """Not before what the owner of this log knows now; if the owner does not answer, what is known here must do."""
        if log not in self.peers:
            return PRESENT
        channel, token = self.peers[log]
        try:
            (_, position), epochs = await LogClient(log, channel, token.metadata, seconds=1.0).look()
        except Unavailable:
            return PRESENT
        epoch = max((epoch for epoch, after in epochs if after < position), default=1)  # in which it was recorded
        return ReadOptions(at_least={log: Position(epoch, position)})


def peer(address: str, token: ServiceToken) -> Peer:
    return Peer(grpc.aio.insecure_channel(address, options=_CHANNEL), token)
