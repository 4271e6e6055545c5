"""Persons found by name: by those who may, without marks, and by nothing once the person is forgotten."""

import asyncio
import unicodedata
import uuid
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import grpc
import orjson
import pytest
from google.protobuf.message import Message
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from thidua.registry.v1 import registry_pb2, registry_pb2_grpc

from services.kernel import auth
from services.kernel import text as texts
from services.kernel.errors import Invalid
from services.kernel.fold import Model
from services.kernel.provenance import Listed
from services.kernel.rebuild import rebuild
from services.kernel.standing import Correction, Retract
from services.kernel.telling import fact
from services.registry import events as e
from services.registry.appearances import appearances
from services.registry.domain import naming
from services.registry.domain.body import AppointBodyMembers
from services.registry.domain.conference import RecordAttendance
from services.registry.domain.document import RegisterDocument
from services.registry.domain.exemplar import RegisterExemplar
from services.registry.domain.leadership import HandOverLeadership, RecordLeadership
from services.registry.domain.organisation import RegisterOrganisation
from services.registry.domain.person import DescribePerson, ForgetPerson, RegisterPerson
from services.registry.main import indexed_again
from services.registry.projections import MODELS, PERSONS
from services.registry.queries import QUERIES, finding
from tests.kernel.rpc.conftest import OFFICERS, Sample
from tests.registry.support import RECORD, Registry

NAME = "Nguyễn Thị Ánh"
DAY = date(2024, 4, 10)


async def found(registry: Registry, text: str, as_of: int | None = None, **asked: Any) -> list[str]:
    answer = await registry.ask("FindPersons", as_of=as_of, text=text, **asked)
    return [one.person for one in answer.found]


async def named(registry: Registry, *names: str) -> None:
    for n, name in enumerate(names):
        await registry.tell(RegisterPerson(person=f"p-{n}", name=name))


@pytest.mark.parametrize("text", ["ánh", "anh", "NGUYEN anh", "thi  nguyen", unicodedata.normalize("NFD", NAME)])
async def test_a_person_is_found_by_words_of_a_name_with_and_without_marks(registry: Registry, text: str) -> None:
    await named(registry, NAME, "Trần Văn Bình")
    assert await found(registry, text) == ["p-0"]
    assert await found(registry, f"{text} không") == []


async def test_exact_marks_come_first_and_then_vietnamese_order_by_given_name(registry: Registry) -> None:
    await named(registry, "Lê Thị Ước", "Lê Thị An", "Lê Thị Oanh", "Lê Thị Ân", "Lê Thị Đức", "Lê Thị Ăn", "Lê Thi An")
    assert await found(registry, "le thi") == ["p-6", "p-1", "p-5", "p-3", "p-4", "p-2", "p-0"]
    answer = await registry.ask("FindPersons", text="Lê Thị An")
    assert [(one.name.value, one.exact) for one in answer.found] == [
        ("Lê Thị An", True),
        ("Lê Thi An", False),
        ("Lê Thị Ăn", False),
        ("Lê Thị Ân", False),
    ]


async def test_pages_follow_each_other_as_of_one_position(registry: Registry) -> None:
    await named(registry, *(f"Lê Văn {given}" for given in ("An", "Bình", "Cường")))
    then = await registry.position()
    assert await found(registry, "lê văn", limit=2) == ["p-0", "p-1"]
    await registry.tell(RegisterPerson(person="p-9", name="Lê Văn Ân"))
    assert await found(registry, "lê văn", then, limit=2, after="p-1") == ["p-2"]
    assert await found(registry, "lê văn", then) == ["p-0", "p-1", "p-2"]
    with pytest.raises(Invalid):
        await found(registry, "lê văn", then, after="p-9")


async def test_two_persons_of_one_name_are_two_candidates_whom_posts_and_agencies_tell_apart(
    registry: Registry,
) -> None:
    await registry.tell(RegisterOrganisation(organisation="bca", name="Bộ Công an"))
    await named(registry, NAME, NAME)
    await registry.tell(DescribePerson(person="p-0", rank="Thượng tướng", posts=("Thứ trưởng",), effective=DAY))
    await registry.tell(DescribePerson(person="p-0", posts=("Cục trưởng",), effective=date(2020, 1, 1)))
    head = e.Holder(agency="bca", person="p-0")
    await registry.tell(RecordLeadership(bloc="b1", year=2024, head=head, record=RECORD))
    seats = Listed[e.Seat](items=(e.Seat(person="p-1", agency="snv", office="MEMBER"), e.Seat(person="p-0")))
    await registry.tell(AppointBodyMembers(body="hd", members=seats, effective=DAY, record=RECORD))
    attendees = Listed[e.Attendee](items=(e.Attendee(person="p-1", agency="bca"),))
    attended = await registry.tell(RecordAttendance(conference="c1", attendees=attendees, record=RECORD))
    answer = await registry.ask("FindPersons", text=NAME)
    one, other = answer.found
    assert (one.person, one.exact, other.person, other.exact) == ("p-0", True, "p-1", True)
    assert (one.rank.value, [post.value for post in one.posts]) == ("Thượng tướng", ["Thứ trưởng"])
    assert (other.rank, other.posts) == (None, ())
    assert [[agency.value for agency in who.agencies] for who in (one, other)] == [["bca"], ["snv", "bca"]]
    assert one.agencies[0].mark.source == "article"
    assert [label.name for label in answer.labels] == ["Bộ Công an"]
    await registry.tell(Retract(stream="conference:c1", retracts=1, reason="wrong", record=RECORD))
    _, other = (await registry.ask("FindPersons", text=NAME)).found
    assert [agency.value for agency in other.agencies] == ["snv"]
    _, before = (await registry.ask("FindPersons", text=NAME, as_of=attended.position)).found
    assert [agency.value for agency in before.agencies] == ["snv", "bca"]


async def test_whoever_hands_over_and_takes_over_is_named_beside_an_agency(registry: Registry) -> None:
    await named(registry, NAME, "Trần Văn Bình")
    parties: dict[str, Any] = {
        "outgoing": e.Holder(agency="a", person="p-0"),
        "incoming": e.Holder(agency="b", person="p-1"),
    }
    await registry.tell(HandOverLeadership(bloc="b1", year=2024, record=RECORD, **parties))
    for text, agency in ((NAME, "a"), ("binh", "b")):
        (one,) = (await registry.ask("FindPersons", text=text)).found
        assert [beside.value for beside in one.agencies] == [agency]


SAMPLES = sorted(Path(__file__).parents[1].glob("golden/registry/*.json"))


def told_beside(data: Any) -> Counter[tuple[str, str | None]]:
    """Every person that a stored event names, with the agency beside, but for what tells how a fact is known."""
    if isinstance(data, list):
        return sum(map(told_beside, data), Counter())
    if not isinstance(data, dict):
        return Counter()
    own = [(data["person"], data.get("agency") or data.get("member"))] if "person" in data else []
    parts = (part for name, part in data.items() if name not in ("record", "ruling", "correction"))
    return sum(map(told_beside, parts), Counter(own))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_of_every_event_that_names_a_person_the_agency_beside_is_known(path: Path) -> None:
    """Of every type by its sample, in which every field is set; what tells of a person alone has no agency beside."""
    data = orjson.loads(path.read_bytes())["data"]
    event: Any = e.VOCABULARY.types[data["type"]].model_validate(data)
    if type(event) not in PERSONS.handles:
        assert not any(agency for _, agency in told_beside(data))
        return
    found = ((one.person, fact(event, one.path)) for one in appearances(event))
    assert Counter((person, agency and agency.value) for person, agency in found) == told_beside(data)


async def test_who_issued_a_document_or_is_an_exemplar_is_found_with_the_agency_beside(registry: Registry) -> None:
    await named(registry, NAME)
    who = e.Party(agency="a", person="p-0")
    await registry.tell(RegisterExemplar(exemplar="x-1", kind="PERSON", who=who, record=RECORD))
    issuer = e.Party(agency="b", person="p-0")
    await registry.tell(RegisterDocument(document="d-1", title="Chỉ thị", issuer=issuer, record=RECORD))
    (one,) = (await registry.ask("FindPersons", text=NAME)).found
    assert [beside.value for beside in one.agencies] == ["a", "b"]


def test_who_ruled_on_a_fact_is_not_named_by_it() -> None:
    ruling = e.Ruling(by=e.Party(agency="a", person="p-0"), reason="theo quy chế")
    assert [*appearances(e.ConferenceHeld(conference="c", kind="OTHER", ruling=ruling))] == []


async def test_a_person_is_found_by_the_names_known_at_the_position_asked_for(registry: Registry) -> None:
    await registry.tell(RegisterPerson(person="p-1", name="Trần Thị Bốn"))
    then = await registry.position()
    await registry.tell(DescribePerson(person="p-1", name=NAME, effective=DAY))
    assert (await found(registry, "ánh"), await found(registry, "bốn")) == (["p-1"], ["p-1"])
    assert (await found(registry, "ánh", then), await found(registry, "bốn", then)) == ([], ["p-1"])
    assert (await found(registry, "bốn", then - 1)) == []
    again = Correction(corrects=1, reason="đọc nhầm")
    await registry.tell(RegisterPerson(person="p-1", name="Trần Thị Năm", record=RECORD, correction=again))
    assert (await found(registry, "bốn"), await found(registry, "năm")) == ([], ["p-1"])


async def test_more_than_one_search_opens_are_said_to_be_cut_and_the_very_name_is_still_found(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "CANDIDATES", 2)
    await named(registry, "Lê Văn An", "Lê Văn Bình", "Lê Văn Cường", "Lê Văn")
    answer = await registry.ask("FindPersons", text="Lê Văn")
    assert (answer.found[0].person, answer.cut) == ("p-3", True)
    assert not (await registry.ask("FindPersons", text="văn cường")).cut


# What is left of a name

ROWS = """
select table_schema || '.' || table_name as name from information_schema.tables
where table_schema in ('log', 'read', 'vault', 'public') and table_type = 'BASE TABLE'
"""


async def everything(registry: Registry) -> str:
    """Every row of every table, as a dump would have it."""
    tables = [row["name"] for row in await registry.tools.pool.fetch(ROWS)]
    texts = []
    for table in tables:
        if table != "public.migrations":
            texts += [row["row"] for row in await registry.tools.pool.fetch(f"select t::text as row from {table} as t")]
    return "\n".join(texts)


async def test_nothing_of_the_name_is_left_after_forgetting_and_a_rebuild_gives_the_same(registry: Registry) -> None:
    await named(registry, NAME, "Trần Văn Bình")
    then = await registry.position()
    assert await found(registry, "anh") == ["p-0"]
    words = await registry.tools.pool.fetch("select word from vault.words where person = 'p-0'")
    tags = {bytes(row["word"]).hex() for row in words}
    assert len(tags) == 4  # the whole name, and three words
    before = await everything(registry)
    assert all(tag in before for tag in tags)
    hashes = {model.name: await rebuilt(registry, model) for model in MODELS}
    await registry.tell(ForgetPerson(person="p-0", reason="asked for"))
    after = await everything(registry)
    assert not any(tag in after for tag in tags)
    assert not any(word in after.casefold() for word in ("nguyễn", "nguyen", "ánh"))
    assert (await found(registry, "anh"), await found(registry, NAME), await found(registry, "anh", then)) == ([],) * 3
    assert await found(registry, "binh") == ["p-1"]
    again = {model.name: await rebuilt(registry, model) for model in MODELS}
    assert {name for name in again if again[name] != hashes[name]} == {"streams"}  # which tells of the forgetting


async def rebuilt(registry: Registry, model: Model) -> str:
    """The hash of what a replay gives, which is what is there."""
    await registry.catch_up()
    report = await rebuild(model, registry.tools.log, registry.dsn)
    assert report.same_as_live
    return report.hash


async def test_words_that_come_back_with_a_backup_of_the_keys_find_nobody(registry: Registry) -> None:
    await named(registry, NAME)
    keys = await registry.tools.pool.fetch("select person, wrapped, indexed from vault.keys")
    words = await registry.tools.pool.fetch("select word, person from vault.words")
    await registry.tell(ForgetPerson(person="p-0", reason="asked for"))
    await registry.tools.pool.executemany("insert into vault.keys values ($1, $2, $3)", [tuple(row) for row in keys])
    await registry.tools.pool.executemany("insert into vault.words values ($1, $2)", [tuple(row) for row in words])
    assert await found(registry, "anh") == []
    await registry.begin()
    assert await registry.tools.pool.fetchval("select count(*) from vault.words") == 0


async def test_names_sealed_before_there_was_an_index_are_found_after_the_next_start(registry: Registry) -> None:
    await named(registry, NAME, "Trần Văn Bình")
    await registry.tell(DescribePerson(person="p-2", rank="Thượng tướng", record=RECORD))
    await registry.tools.pool.execute("delete from vault.words")
    await registry.tools.pool.execute("update vault.keys set indexed = 0")
    assert await found(registry, "anh") == []
    await indexed_again(registry.tools, most=2)
    await indexed_again(registry.tools, most=2)
    assert await registry.tools.pool.fetchval("select count(*) from vault.keys where indexed = 0") == 0
    assert (await found(registry, "anh"), await found(registry, "binh")) == (["p-0"], ["p-1"])


async def test_a_person_forgotten_while_a_name_is_described_is_found_by_no_word(registry: Registry) -> None:
    await named(registry, NAME)
    for n in range(20):
        person = f"p-race-{n}"
        await registry.tell(RegisterPerson(person=person, name=f"Lê Văn {n}"))
        described = DescribePerson(person=person, name="Phạm Thị Sáu", record=RECORD)
        forgotten = ForgetPerson(person=person, reason="asked for")
        await asyncio.gather(registry.tell(described), registry.tell(forgotten), return_exceptions=True)
        await registry.tell(forgotten)
    assert await registry.tools.pool.fetchval("select count(*) from vault.words where person like 'p-race-%'") == 0
    assert await found(registry, "pham thi sau") == []


# Who may


def test_of_all_questions_this_one_alone_needs_a_role() -> None:
    assert {name for name, query in QUERIES.items() if query.roles is not None} == {"FindPersons"}


async def test_who_has_not_the_role_is_refused_in_both_languages(served: Sample) -> None:
    def metadata(*roles: str) -> list[tuple[str, str]]:
        token = auth.issue(OFFICERS, "officer:an", ["registry"], seconds=600, roles=roles)
        return [("authorization", f"Bearer {token}")]

    stub = registry_pb2_grpc.RegistryServiceStub(served.channel)
    request = registry_pb2.RegisterPersonRequest(command_id=str(uuid.uuid4()), person="p-1", name=NAME)
    told = await stub.RegisterPerson(request, timeout=10, metadata=metadata())
    asked = registry_pb2.FindPersonsRequest(text="anh")
    for roles in ((), ("officer",), ("service",)):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub.FindPersons(asked, timeout=10, metadata=metadata(*roles))
        assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
        assert vietnamese(refused.value) == "Cần một trong các vai trò: find-persons."
    asked.read.at_least.add().CopyFrom(told.recorded.position)
    answer = await stub.FindPersons(asked, timeout=10, metadata=metadata("find-persons"))
    assert [(one.person, one.name.value) for one in answer.found] == [("p-1", NAME)]


def vietnamese(error: grpc.aio.AioRpcError) -> str:
    """The message for officers."""
    found = rpc_status.from_call(error)  # type: ignore[arg-type]
    assert found is not None
    message: Message = error_details_pb2.LocalizedMessage()
    (detail,) = (one for one in found.details if one.Is(message.DESCRIPTOR))
    detail.Unpack(message)
    return str(message.message)  # type: ignore[attr-defined]


def test_nothing_that_folds_a_persons_name_keeps_it_in_memory() -> None:
    """A key that is destroyed makes no difference to a text that a cache still has."""
    folding = (texts.clean, texts.fold, texts.bare, texts.vietnamese)
    words = (naming.words, naming.bare_words, naming.split, naming.name_term, naming.word_terms, naming.terms)
    assert not [one for one in (*folding, *words, naming.match, naming.best) if hasattr(one, "cache_info")]
