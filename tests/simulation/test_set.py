"""The simulated set itself: what is told is drawn, of the published size, the same for a seed anywhere, and says so."""

import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from itertools import pairwise
from typing import Any
from uuid import UUID

from deploy.local.processes import ROOT
from services.kernel.convert import reader
from services.kernel.text import ID
from services.registry.main import SERVICE
from services.simulation.blocs import Bloc, blocs_after, blocs_before, central_blocs, clusters_of_provinces
from services.simulation.loading import MOST, batches
from services.simulation.nation import LANDS, PROVINCES, Nation
from services.simulation.telling import steps

SMALL = (1, 2, 0.03)  # seed, years, share: one land of two provinces
BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 2)
NATION = Nation(1)


def digest() -> str:
    """Of every byte that a small set sends."""
    sent = (packed.value for batch in batches(1, steps(*SMALL)) for _, packed in batch)
    return hashlib.sha256(b"".join(sent)).hexdigest()


def sizes(blocs: list[Bloc], on: date) -> list[int]:
    return [len(bloc.members(on)) for bloc in blocs]


def test_the_nation_has_the_published_numbers_before_and_after() -> None:
    provinces = range(PROVINCES)
    assert (len(NATION.provinces), LANDS, len(list(NATION.provinces_merged()))) == (63, 34, 23)
    assert sum(len(NATION.districts(n)) for n in provinces) == 696
    assert sum(len(NATION.communes(n)) for n in provinces) == 10_040
    assert sum(len(NATION.communes_after(land)) for land in range(LANDS)) == 3_321
    assert sum(len(NATION.communes_kept(n)) for n in provinces) == 128
    ministries = [unit for unit in NATION.central() if unit.kind == "ministry"]
    assert len(ministries) - sum(len(m.predecessors) - 1 for m in NATION.ministries_merged()) == 14 + 3
    cities = [NATION.land(land).kind == "city" for land in range(LANDS)]
    assert (sum(cities), sum(unit.kind == "city" for unit in NATION.provinces)) == (6, 5)


def test_there_are_about_1200_provincial_blocs_with_9300_members_before_and_after() -> None:
    before = [bloc for land in range(LANDS) for bloc in blocs_before(NATION, land)]
    after = [bloc for land in range(LANDS) for bloc in blocs_after(NATION, land)]
    for blocs, on in ((before, BEFORE), (after, AFTER)):
        found = sizes(blocs, on)
        assert (abs(len(blocs) - 1_200) <= 10, abs(sum(found) - 9_300) <= 50) == (True, True)
        assert (min(found) >= 4, max(found) <= 14) == (True, True)
    assert (sum(sizes(before, AFTER)), sum(sizes(after, BEFORE))) == (0, 0)
    central = [*central_blocs(NATION), *clusters_of_provinces(NATION)]
    assert (len(central), sum(sizes(central, BEFORE)), sum(sizes(central, AFTER))) == (20, 85 + 63, 85 + 34)


def test_every_commune_that_went_went_once_into_one_of_its_province() -> None:
    for number in range(PROVINCES):
        merged = [old for merger in NATION.communes_merged(number) for old in merger.predecessors]
        kept = [unit.id for unit in NATION.communes_kept(number)]
        assert sorted(merged + kept) == sorted(unit.id for unit in NATION.communes(number))


def test_no_unit_is_in_two_blocs_of_an_authority_on_one_day() -> None:
    blocs = [*central_blocs(NATION), *clusters_of_provinces(NATION)]
    blocs += [bloc for land in range(3) for found in (blocs_before, blocs_after) for bloc in found(NATION, land)]
    stays = sorted((b.authority.id, stay.unit, stay.since, stay.until or date.max) for b in blocs for stay in b.stays)
    assert all(earlier[:2] != later[:2] or earlier[3] <= later[2] for earlier, later in pairwise(stays))


def test_provinces_have_names_of_their_own() -> None:
    names = {unit.name for unit in NATION.provinces} | {NATION.land(land).name for land in range(LANDS)}
    assert len(names) == 63 + 23


def test_a_seed_tells_the_same_anywhere() -> None:
    code = "from tests.simulation.test_set import digest; print(digest())"
    elsewhere = os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Ho_Chi_Minh", "LC_ALL": "C"}
    elsewhere |= {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "proto")))}
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=elsewhere, capture_output=True, text=True, check=False
    )
    assert found.stdout.strip() == digest(), found.stderr
    other = {step.key for step in steps(2, 1, 0.03)}
    assert other.isdisjoint(step.key for step in steps(1, 1, 0.03))


def test_a_larger_set_tells_all_that_a_smaller_one_tells_and_more() -> None:
    small, large = ({key: p.value for b in batches(1, steps(*one)) for key, p in b} for one in (SMALL, (1, 3, 0.06)))
    assert small.items() < large.items()


def test_every_command_says_that_it_is_simulated_and_names_only_simulated_things() -> None:
    commands = {command.__name__: command for command in SERVICE.handlers}
    read = {
        name: reader(method.input_type, commands[name], leave_out={"command_id"})
        for name, method in SERVICE.api.methods_by_name.items()
        if name in commands
    }
    kinds: Counter[str] = Counter()
    for key, request in steps(*SMALL):
        name = request.DESCRIPTOR.name.removesuffix("Request")
        command: Any = read[name](request)
        assert (command.record.source.id, command.record.place) == ("simulated-1", key)
        ids = [value for value in re.findall(r"'(sim[^']*)'", repr(command.model_dump())) if "/" not in value]
        assert all(re.fullmatch(ID, one) for one in ids if not one.startswith("simulated"))
        kinds[name] += 1
    assert kinds.keys() >= {"RegisterOrganisation", "HoldConference", "ElectLeadership", "DraftPlan", "NoteReview"}


def test_batches_hold_what_a_call_takes_and_every_command_once() -> None:
    made = list(batches(1, steps(*SMALL)))
    ids = [packed.value[2:38].decode() for batch in made for _, packed in batch]  # the first field, which is told
    assert all(str(UUID(id_)) == id_ for id_ in ids)
    assert len(set(ids)) == len(ids) == sum(1 for _ in steps(*SMALL))
    assert max(len(batch) for batch in made) <= MOST
    assert max(sum(packed.ByteSize() for _, packed in batch) for batch in made) < 900_000
