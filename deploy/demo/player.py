"""Plays scenarios: each step is one command with an id of its own, so that playing twice changes nothing."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import grpc
from google.protobuf.json_format import ParseError

from deploy.demo.client import Client
from deploy.demo.scenarios import Step

Clients = Mapping[str, Client]


class Played(NamedTuple):
    commands: int
    heads: dict[str, dict[str, Any]]
    """The last position, by log, as `read` takes it."""


class StepFailed(Exception):
    """A step that was refused, with its name."""


def play(steps: list[Step], clients: Clients, progress: Callable[[Step], None] = lambda _: None) -> Played:
    """Tell the steps to the services, in order; `progress` after each. Raises StepFailed."""
    heads: dict[str, dict[str, Any]] = {}
    for step in steps:
        at = tell(step, clients[step.service]).recorded.position
        heads[at.log] = {"log": at.log, "epoch": at.epoch, "position": at.position}
        progress(step)
    return Played(len(steps), heads)


def tell(step: Step, client: Client) -> Any:
    """The reply to one step. Raises StepFailed."""
    try:
        return client.call(step.command, {"command_id": step.command_id, **step.fields})
    except grpc.RpcError as error:
        raise StepFailed(f"{step.scenario}/{step.name}: {error.code().name} {error.details()}") from error
    except (ParseError, KeyError, TypeError) as error:
        raise StepFailed(f"{step.scenario}/{step.name}: {step.command}: {error}") from error
