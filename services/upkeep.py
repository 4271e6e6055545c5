"""What the operator's commands do to a service's log and read models, and how they show it."""

import contextlib

from rich.console import Console
from rich.table import Table

from services.kernel.errors import Error
from services.kernel.service import Service, opened, owner
from services.kernel.settings import DatabaseSettings, SettingsError

out = Console()


class Failed(Exception):
    """What was asked for did not come out well; the message has been shown."""


async def status(service: Service, settings: DatabaseSettings) -> None:
    async with opened(service, settings) as tools:
        heads = {service.name: await tools.log.head()}
        for log in service.foreign:
            with contextlib.suppress(Error, SettingsError):
                heads[log] = await owner(tools, log).head()
        fence = await tools.log.fenced()
        known = {row["name"]: row for row in await tools.pool.fetch("select * from read.models")}
        aside = dict(map(tuple, await tools.pool.fetch("select model, count(*) from read.parked group by model")))
    out.print(f"log {service.name}: epoch {heads[service.name].epoch}, position {heads[service.name].position}")
    if fence:
        out.print(f"[red]no appends until `thidua new-epoch`: {fence}")
    table = Table("read model", "log", "epoch", "position", "lag", "parked", "state")
    for model in service.all_models:
        row, head = known.get(model.name), heads.get(model.log)
        position = row["position"] if row else 0
        lag = str(head.position - position) if head else "?"
        state = "not built" if row is None else row["error"] or "live"
        epoch = str(row["epoch"]) if row else ""
        table.add_row(model.name, model.log, epoch, str(position), lag, str(aside.get(model.name, 0)), state)
    out.print(table)
    if fence or any(known.get(m.name) is None or known[m.name]["error"] for m in service.all_models):
        raise Failed
