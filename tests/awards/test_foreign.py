"""What scoring and awards know of other logs comes by Kafka and gRPC, as it does between processes."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import grpc
import pytest

from deploy.local.servers import ExistingKafka, Kafka
from services.awards.consumers import NAMES, RANKS, Ranked, with_rank
from services.awards.domain.proposal import AgreeNomination
from services.awards.events import Recipient
from services.awards.projections import PROPOSALS
from services.kernel.auth import ServiceToken, new_key
from services.kernel.errors import Invalid, Unavailable
from services.kernel.events import Position
from services.kernel.fold import Model
from services.kernel.inbox import Inbox
from services.kernel.logclient import LogClient
from services.kernel.projection import Engine
from services.kernel.tools import Peer
from services.kernel.view import ReadOptions
from services.scoring.consumers import MEMBERS, Claim, with_membership
from services.scoring.domain.score import SubmitSelfScore
from tests.kernel.messaging.support import Owner, running
from tests.play import Played, Services, play


@asynccontextmanager
async def followed(service: Played, model: Model, owner: Owner) -> AsyncIterator[Engine]:
    """The model kept up to date in the service's database through an inbox."""
    async with grpc.aio.insecure_channel(f"127.0.0.1:{owner.port}") as channel:
        inbox = Inbox(service.tools.log.name, LogClient(model.log, channel), owner.kafka, look_every=0.5)
        engine = Engine(model, service.tools.pool, inbox)
        async with running(inbox.run(), engine.run()):
            yield engine


async def known(service: Played, model: Model, key: str, at_least: Position) -> object:
    """The row, once the model knows the position."""
    async with service.tools.look(model, read=ReadOptions(at_least={model.log: at_least}, seconds=30)) as view:
        return await view.get(model, key)


async def test_scoring_knows_members_and_awards_names_and_ranks_from_the_topics_of_the_others(
    services: Services, kafka: Kafka | ExistingKafka
) -> None:
    registry, scoring, awards = (services[name] for name in ("registry", "scoring", "awards"))
    ours = f"test_{secrets.token_hex(4)}."
    owners = {name: Owner(services[name].tools.log, kafka.bootstrap, ours) for name in ("registry", "scoring")}
    async with AsyncExitStack() as stack:
        for owner in owners.values():
            await owner.serve()
            stack.push_async_callback(owner.leave)
            await stack.enter_async_context(running(owner.relay().run()))
        for service, model in ((scoring, MEMBERS), (awards, NAMES), (awards, RANKS)):
            await stack.enter_async_context(followed(service, model, owners[model.log]))
        await play(services, "organisations", "catalogue", "constructed")
        at = await registry.tools.log.head()
        for unit in ("vi-du-don-vi-a", "vi-du-don-vi-b", "vi-du-don-vi-c"):
            claim = await known(scoring, MEMBERS, f"membership:vi-du-hoi-dong:{unit}", at)
            assert isinstance(claim, Claim)
            assert [stay.bloc for stay in claim.stays] == ["vi-du-khoi"]
        assert await known(awards, NAMES, "bloc:vi-du-khoi", at) is not None
        ranking = await known(awards, RANKS, "ranking:vi-du-khoi:2025", await scoring.tools.log.head())
        assert isinstance(ranking, Ranked)
        (published,) = ranking.published
        assert [unit.unit for unit in published.ranked.items] == ["vi-du-don-vi-a", "vi-du-don-vi-b"]


async def test_a_nomination_waits_for_the_ranking_that_scoring_has_published_and_not_for_a_scoring_that_is_down(
    services: Services, kafka: Kafka | ExistingKafka
) -> None:
    scoring, awards = services["scoring"], services["awards"]
    owner = Owner(scoring.tools.log, kafka.bootstrap, f"test_{secrets.token_hex(4)}.")
    await owner.serve()
    await play(services, "organisations", "catalogue", "constructed")
    await awards.tools.pool.execute(
        f"drop table read.{RANKS.name}; delete from read.models where name = '{RANKS.name}'"
    )
    nomination = AgreeNomination.model_validate(
        {"proposal": "p", "bloc": "vi-du-khoi", "year": 2025, "recipient": {"organisation": "vi-du-don-vi-b"}}
    )
    async with grpc.aio.insecure_channel(f"127.0.0.1:{owner.port}") as channel:
        token = ServiceToken(new_key("awards", "1"), "scoring")
        tools = replace(awards.tools, peers={"scoring": Peer(channel, token)})
        asked = asyncio.create_task(with_rank(nomination, tools))
        await asyncio.sleep(0.3)
        async with running(owner.relay().run()), followed(awards, RANKS, owner):
            seen = (await asked).ranking
        assert seen is not None
        assert (seen.rank, seen.position) == (2, (await scoring.tools.log.head()).position)
        await owner.leave()
        assert (await with_rank(nomination, tools)).ranking == seen
        unranked = nomination.model_copy(update={"recipient": Recipient(organisation="vi-du-don-vi-c")})
        with pytest.raises(Unavailable):  # scoring may have ranked it since
            await with_rank(unranked, tools)


async def test_a_self_score_is_refused_only_on_what_registry_knows_now(
    services: Services, kafka: Kafka | ExistingKafka
) -> None:
    registry, scoring = services["registry"], services["scoring"]
    owner = Owner(registry.tools.log, kafka.bootstrap, f"test_{secrets.token_hex(4)}.")
    await owner.serve()
    await play(services, "organisations", "catalogue", "constructed")
    told = {"bloc": "vi-du-khoi", "year": 2025, "items": ({"code": "1", "points": "1"},)}
    member = SubmitSelfScore.model_validate({**told, "unit": "vi-du-don-vi-a"})
    stranger = SubmitSelfScore.model_validate({**told, "unit": "bo-cong-an"})
    async with grpc.aio.insecure_channel(f"127.0.0.1:{owner.port}") as channel:
        peers = {"registry": Peer(channel, ServiceToken(new_key("scoring", "1"), "registry"))}
        tools = replace(scoring.tools, peers=peers)
        async with running(owner.relay().run()), followed(scoring, MEMBERS, owner):
            admitted = {"authority": "vi-du-hoi-dong", "bloc": "vi-du-khoi", "effective": "2025-06-01"}
            await registry.tell("AdmitMember", unit="bo-quoc-phong", **admitted)
            new = member.model_copy(update={"unit": "bo-quoc-phong"})  # right after it was admitted
            for command, is_member in ((new, True), (member, True), (stranger, False)):
                seen = (await with_membership(command, tools)).membership
                assert seen is not None
                assert (seen.member, seen.position) == (is_member, (await registry.tools.log.head()).position)
        await owner.leave()
        known = (await with_membership(member, tools)).membership
        assert known is not None
        assert known.member
        with pytest.raises(Unavailable):  # it may have been admitted since
            await with_membership(stranger, tools)


async def test_an_answer_from_two_logs_as_of_a_time_takes_from_each_what_it_had_then(
    services: Services, kafka: Kafka | ExistingKafka
) -> None:
    registry, awards = services["registry"], services["awards"]
    owner = Owner(registry.tools.log, kafka.bootstrap)
    await owner.serve()
    await play(services, "organisations")
    then, heads = datetime.now(UTC), {log: await services[log].tools.log.head() for log in ("registry", "awards")}
    await play(services, "catalogue", "constructed")
    async with grpc.aio.insecure_channel(f"127.0.0.1:{owner.port}") as channel:
        peers = {"registry": Peer(channel, ServiceToken(new_key("awards", "1"), "registry"))}
        tools = replace(awards.tools, peers=peers)
        async with tools.look(NAMES, PROPOSALS, read=ReadOptions(as_of_time=then)) as view:
            assert view.positions == heads
        with pytest.raises(Invalid, match="still to come"):
            await tools.look(NAMES, read=ReadOptions(as_of_time=then + timedelta(days=1))).__aenter__()
        await owner.leave()
        with pytest.raises(Unavailable):
            await tools.look(NAMES, read=ReadOptions(as_of_time=then)).__aenter__()
