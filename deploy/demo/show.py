"""Answers as tables. Every value has its mark: S stated by its source, I inferred. What is absent is not recorded."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from deploy.demo.client import Client

Answer = Mapping[str, Any]
Fact = Mapping[str, Any]
NOT_RECORDED = "not recorded"
_ABOUT = {"closes": "of", "opens": "for", "during": "during"}


class Names:
    """Names of organisations, as answers bring them, and of the persons in these, whom registry opens at once."""

    def __init__(self, registry: Client, read: Answer) -> None:
        self._registry = registry
        self._read = read
        self._known: dict[str, str] = {}
        self._met: set[str] = set()

    def learn(self, answer: Answer) -> None:
        self._known |= {label["id"]: label["name"] for label in answer.get("labels", [])}
        self._met |= {*_persons(answer)}

    def of(self, id_: str) -> str:
        return self._known.get(id_, id_)

    def person(self, id_: str) -> str:
        """Rank and name; persons are ids in every event, topic and key."""
        if id_ not in self._known:
            asked = sorted({id_, *self._met} - self._known.keys())
            self._known |= dict.fromkeys(asked, "name unavailable")
            answer = self._registry.ask("GetPersons", {"persons": asked}, self._read)
            for one in answer.get("persons", []):
                if "name" in one:
                    self._known[one["person"]] = " ".join(one[n]["value"] for n in ("rank", "name") if n in one)
        return self._known[id_]


def _persons(answer: Any) -> Iterator[str]:
    """The ids of the persons that an answer names."""
    if isinstance(answer, list):
        for part in answer:
            yield from _persons(part)
    elif isinstance(answer, dict):
        person = answer.get("person")
        if isinstance(person, dict) and "value" in person:
            yield person["value"]
        yield from _persons([*answer.values()])


def marked(fact: Fact, value: str | None = None) -> Text:
    """The value with its mark."""
    inferred = fact["mark"]["certainty"] == "CERTAINTY_INFERRED"
    return Text.assemble(
        value or str(fact["value"]), " ", ("I", "bold yellow") if inferred else ("S", "bold green"), style="default"
    )


def absent() -> Text:
    return Text(NOT_RECORDED, style="dim italic")


def joined(parts: Iterable[Text], separator: str = "\n") -> Text:
    """The parts, or "not recorded" where there is none."""
    found = list(parts)
    return Text(separator).join(found) if found else absent()


def year_table(bloc: str, year: int, registry: Client, awards: Client, reads: Mapping[str, Answer]) -> Table:
    """All that is recorded of a bloc's year. `reads` tells, by service, what an answer must know at least."""
    answer = registry.ask("GetBlocYear", {"bloc": bloc, "year": year}, reads["registry"])
    proposals = awards.ask("GetProposals", {"bloc": bloc, "year": year}, reads["awards"]).get("proposals", [])
    conferred = awards.ask("GetAwards", {"bloc": bloc}, reads["awards"]).get("awards", [])
    names = Names(registry, reads["registry"])
    names.learn(answer)
    described = registry.ask("GetBloc", {"bloc": bloc}, reads["registry"])
    table = Table(
        title=f"{described['name']['value']} · {year}", title_justify="left", title_style="bold", show_header=False
    )
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    meetings, reviews = answer.get("conferences", []), answer.get("reviews", [])
    held = [registry.ask("GetConference", {"conference": m["conference"]}, reads["registry"]) for m in meetings]
    for told in (*held, *proposals, *conferred):
        names.learn(told)
    about = [c for c in held if c.get("closes", {}).get("value", str(year)) == str(year)]
    concluded = [c for conference in held for c in conference.get("conclusions", [])]
    rows: dict[str, Text] = {
        "head": joined(_holder(term["head"], names) for term in answer.get("terms", []) if "head" in term),
        "term": joined(_term(term) for term in answer.get("terms", []) if _dated(term)),
        "deputies": joined(
            _deputy(d, names) for term in answer.get("terms", []) for d in term.get("deputies", {}).get("items", [])
        ),
        "members": _list(answer.get("members", {}), lambda item: marked(item["unit"], names.of(item["unit"]["value"]))),
        "conferences": joined(_meeting(m) for m in meetings),
        "movements": joined(_movement(m, names) for m in answer.get("movements", [])),
        "covenant": _covenant(answer.get("covenant"), names),
        "plan": _plan(answer.get("plan"), names),
        "reports": joined(_report(r, names) for r in answer.get("reports", [])),
        "results": joined(_list(r["results"], marked) for r in reviews if r.get("results")),
        "limitations": joined(_list(r["limitations"], marked) for r in reviews if r.get("limitations")),
        "tasks": joined(_list(r["tasks"], marked) for r in reviews if r.get("tasks")),
        "targets": joined(_target(t) for r in reviews for t in r.get("targets", [])),
        "inspections": joined(_inspection(i, names) for i in answer.get("inspections", [])),
        "guidance": joined(_guidance(g, names) for c in about for g in c.get("guidance", [])),
        "difficulties": joined(_difficulties(d, names) for c in about for d in c.get("difficulties", [])),
        "directions": joined(
            _list(c["conclusions"], marked) for c in concluded if c.get("year", {}).get("value") == str(year)
        ),
        "exemplars": joined(_exemplar(x, names) for x in answer.get("exemplars", [])),
        "documents": joined(_citation(c) for c in answer.get("citations", [])),
        "proposals": joined(_proposal(p, names) for p in proposals),
        "law applied": joined(_laws(proposals)),
        "awards": joined(_award(a, names) for a in conferred if _of_year(a, year, meetings)),
        "state": joined(marked(s, s["value"].lower().replace("_", " ")) for s in [answer.get("state")] if s),
    }
    for name, value in rows.items():
        if value.plain != NOT_RECORDED:
            table.add_row(name, value)
    missing = [name for name, value in rows.items() if value.plain == NOT_RECORDED]
    if missing:
        table.add_row(Text(NOT_RECORDED, style="dim"), Text(", ".join(missing), style="dim italic"))
    return table


def _holder(holder: Answer, names: Names) -> Text:
    parts = []
    if "agency" in holder:
        parts.append(marked(holder["agency"], names.of(holder["agency"]["value"])))
    if "person" in holder:
        parts.append(marked(holder["person"], names.person(holder["person"]["value"])))
    if "title" in holder:
        parts.append(marked(holder["title"], f"“{holder['title']['value']}”"))
    return joined(parts, " / ")


def _deputy(deputy: Answer, names: Names) -> Text:
    rank = deputy.get("rank")
    return joined([*([marked(rank, rank["value"].lower())] if rank else []), _holder(deputy, names)], ": ")


def _dated(term: Answer) -> list[str]:
    return [name for name in ("year", "mode", "elected_on", "start", "end", "seen_on") if name in term]


def _term(term: Answer) -> Text:
    said = {
        "year": "of ",
        "mode": "",
        "elected_on": "elected on ",
        "start": "from ",
        "end": "to ",
        "seen_on": "in office on ",
    }
    return joined((marked(term[n], said[n] + term[n]["value"].lower()) for n in _dated(term)), ", ")


def _list(told: Answer, item: Any) -> Text:
    """Items, how many are declared, and whether these are all."""
    parts = [item(one) for one in told.get("items", [])]
    counts = []
    if "declared_count" in told:
        counts.append(marked(told["declared_count"], f"declared: {told['declared_count']['value']}"))
    if "exhaustive" in told:
        whole = told["exhaustive"]["value"] == "true"
        counts.append(marked(told["exhaustive"], "these are all" if whole else "not all are told"))
    return joined([*parts, *([joined(counts, ", ")] if counts else [])])


def _meeting(meeting: Answer) -> Text:
    place = [marked(meeting["place"])] if "place" in meeting else []
    day = marked(meeting["held_on"]) if "held_on" in meeting else Text.assemble("day ", absent())
    about = [
        marked(meeting[name], f"{said} {meeting[name]['value']}") for name, said in _ABOUT.items() if name in meeting
    ]
    return joined([marked(meeting["kind"], meeting["kind"]["value"].lower()), *about, day, *place], ", ")


def _movement(movement: Answer, names: Names) -> Text:
    how = (
        Text("launched here")
        if movement.get("own")
        else marked(movement["manner"], movement["manner"]["value"].lower())
    )
    told = (movement[field] for field in ("name", "theme") if field in movement)
    parts = [joined([how, *_for_year(movement)], " "), *(marked(fact, f"“{fact['value']}”") for fact in told)]
    if "launcher" in movement:
        parts.append(Text.assemble("by ", party(movement["launcher"], names)))
    return joined(parts, " · ")


def _for_year(told: Answer) -> list[Text]:
    return [marked(told["year"], f"for {told['year']['value']}")] if "year" in told else []


def party(party: Answer, names: Names) -> Text:
    parts = [marked(party["agency"], names.of(party["agency"]["value"]))] if "agency" in party else []
    parts += [marked(party["person"], names.person(party["person"]["value"]))] if "person" in party else []
    parts += [marked(party["words"], f"“{party['words']['value']}”")] if "words" in party else []
    return joined(parts, " / ")


def _covenant(covenant: Answer | None, names: Names) -> Text:
    if covenant is None:
        return absent()
    signed = marked(covenant["signed"], "signed") if "signed" in covenant else Text.assemble("signing ", absent())
    day = [marked(covenant["signed_on"], f"on {covenant['signed_on']['value']}")] if "signed_on" in covenant else []
    known = [marked(covenant["by_reference"], "known by reference")] if "by_reference" in covenant else []
    told = {**covenant, "items": covenant.get("signatures", [])}
    signatories = _list(told, lambda s: _signature(s, names))
    return joined(
        [joined([signed, *_for_year(covenant), *day, *known], ", "), Text.assemble("signatories: ", signatories)]
    )


def _signature(signature: Answer, names: Names) -> Text:
    parts = [marked(signature["member"], names.of(signature["member"]["value"]))] if "member" in signature else []
    parts += [marked(signature["person"], names.person(signature["person"]["value"]))] if "person" in signature else []
    return joined(parts, " / ")


def _plan(plan: Answer | None, names: Names) -> Text:
    if plan is None:
        return absent()
    status = marked(plan["status"], plan["status"]["value"].lower())
    status = joined([status, *_for_year(plan)], ", ")
    title = [marked(plan["title"], f"“{plan['title']['value']}”")] if "title" in plan else []
    items = _list(plan, lambda item: Text.assemble(marked(item["text"]), ", lead ", _lead(item, names)))
    return joined(
        [joined([status, *title], " "), items] if items.plain != NOT_RECORDED else [joined([status, *title], " ")]
    )


def _lead(item: Answer, names: Names) -> Text:
    return marked(item["lead"], names.of(item["lead"]["value"])) if "lead" in item else absent()


def _amount(count: Answer) -> Text:
    said = {"at_least": "at least", "at_most": "at most", "exact": "just"}
    bounds = [marked(count[name], f"{word} {count[name]['value']}") for name, word in said.items() if name in count]
    return joined([marked(count["wording"], f"“{count['wording']['value']}”"), *bounds], ", ")


def _report(report: Answer, names: Names) -> Text:
    by = [Text.assemble("by ", party(report["presenter"], names))] if "presenter" in report else []
    told = joined([Text("report"), *_for_year(report), *by], " ")
    highlights = _list({**report, "items": report.get("highlights", [])}, lambda h: _highlight(h, names))
    return joined([told, *([highlights] if highlights.plain != NOT_RECORDED else [])])


def _highlight(highlight: Answer, names: Names) -> Text:
    agencies = [marked(agency, names.of(agency["value"])) for agency in highlight.get("agencies", [])]
    counts = [_amount(highlight["count"])] if "count" in highlight else []
    return joined([marked(highlight["text"]), *counts, *([joined(agencies, ", ")] if agencies else [])], ": ")


def _inspection(inspection: Answer, names: Names) -> Text:
    day = [marked(inspection["on"])] if "on" in inspection else [Text.assemble("day ", absent())]
    told = joined([*day, *(marked(subject) for subject in inspection["subjects"].get("items", []))], ", ")
    by = joined((party(one, names) for one in inspection["inspectors"].get("items", [])), ", ")
    findings = [marked(finding) for finding in inspection["findings"].get("items", [])]
    return joined([Text.assemble(told, " by ", by), *findings])


def _guidance(guidance: Answer, names: Names) -> Text:
    speaker = party(guidance["speaker"], names) if "speaker" in guidance else Text.assemble("speaker ", absent())
    accepted = [party(one, names) for one in guidance.get("acceptors", {}).get("items", [])]
    taken = [Text.assemble("accepted by ", joined(accepted, ", "))] if accepted else []
    return joined([Text.assemble("of ", speaker), _list(guidance.get("points", {}), marked), *taken])


def _difficulties(told: Answer, names: Names) -> Text:
    speakers = joined((party(one, names) for one in told.get("speakers", {}).get("items", [])), ", ")
    which = _list(told.get("difficulties", {}), marked)
    return Text.assemble("voiced by ", speakers, ", which ones: ", which)


def _exemplar(exemplar: Answer, names: Names) -> Text:
    parts = [marked(exemplar["name"])] if "name" in exemplar else []
    parts += [party(exemplar["who"], names)] if "who" in exemplar else []
    parts += [_amount(exemplar["count"])] if "count" in exemplar else [Text.assemble("how many ", absent())]
    parts += [marked(exemplar["fallen"], "fallen on duty")] if exemplar.get("fallen", {}).get("value") == "true" else []
    return joined(
        [*parts, *(marked(step["step"], step["step"]["value"].lower()) for step in exemplar.get("steps", []))], ", "
    )


_CITING = ("guidance", "conference", "movement", "review", "report", "item", "bloc")


def _citation(citation: Answer) -> Text:
    kind = [marked(citation["kind"])] if "kind" in citation else []
    by = next(name for name in _CITING if name in citation)
    told = {name: citation[name] for name in ("number", "title", "dated") if name in citation}
    called = [marked(fact, _called(name, fact, citation[by])) for name, fact in told.items()]
    words = [marked(citation["words"], f"“{citation['words']['value']}”")] if "words" in citation else []
    cited = Text.assemble("cited by the ", marked(citation[by], "plan" if by == "bloc" else by))
    return joined([*kind, *(called or [marked(citation["document"])]), *words, cited], ", ")


def _called(name: str, fact: Fact, citing: Fact) -> str:
    """What names a document, and which article tells it, where that is not the one that cites it."""
    value, source = f"{'no. ' if name == 'number' else ''}{fact['value']}", fact["mark"]["source"]
    return value if source == citing["mark"]["source"] else f"{value} (by {source.replace('seed-', 'article ')})"


def _target(target: Answer) -> Text:
    return joined(
        [marked(target["text"]), marked(target["figure"], f"{target['figure']['value']} {target['unit']['value']}")],
        ": ",
    )


def _kind(kind: Answer) -> Text:
    code = [marked(kind["code"])] if "code" in kind else []
    wording = [marked(kind["wording"], f"“{kind['wording']['value']}”")] if "wording" in kind else []
    return joined([*code, *wording], " ")


def _recipient(recipient: Answer, names: Names) -> Text:
    if "organisation" in recipient:
        name = recipient.get("organisation_name", recipient["organisation"])["value"]
        return marked(recipient["organisation"], name)
    if "person" in recipient:
        return marked(recipient["person"], names.person(recipient["person"]["value"]))
    return Text.assemble(marked(recipient["group"]), ", how many ", absent())


def _proposal(proposal: Answer, names: Names) -> Text:
    due = f" (due {proposal['due']['value']})" if "due" in proposal else ""
    late = [marked(proposal["late"], f"late{due}")] if proposal.get("late", {}).get("value") == "true" else []
    rank = [marked(proposal["rank"], f"rank {proposal['rank']['value']}")] if "rank" in proposal else []
    told = Text.assemble(_kind(proposal["kind"]), " → ", _recipient(proposal["recipient"], names))
    return joined([told, *_for_year(proposal), *late, *rank], ", ")


def _laws(proposals: Iterable[Answer]) -> list[Text]:
    """The law of the catalogue's version that each kind of award is bound to."""
    bound = {p["kind"]["code"]["value"]: p["kind"]["regulation"] for p in proposals if "regulation" in p["kind"]}
    return [Text.assemble(f"{code}: ", marked(law)) for code, law in sorted(bound.items())]


def _award(award: Answer, names: Names) -> Text:
    acts = [
        *_acts(award, "decisions", "decided_on", "decided"),
        *_acts(award, "conferrals", "conferred_on", "conferred"),
    ]
    acts += _acts(award, "cancellations", "cancelled_on", "cancelled")
    if "decisions" not in award:
        acts.append(Text.assemble("decision ", absent()))
    told = Text.assemble(_kind(award["kind"]), " → ", _recipient(award["recipient"], names))
    return joined([told, *acts], ", ")


def _acts(award: Answer, acts: str, day: str, said: str) -> Iterator[Text]:
    for act in award.get(acts, []):
        yield marked(act[day], f"{said} {act[day]['value']}") if day in act else Text(said)


def _of_year(award: Answer, year: int, meetings: Iterable[Answer]) -> bool:
    """Of the year it says, else of the year that was summed up where it was conferred."""
    if "year" in award:
        return bool(award["year"]["value"] == str(year))
    closing = {m["conference"] for m in meetings if m.get("closes", {}).get("value") == str(year)}
    return any(c.get("conference", {}).get("value") in closing for c in award.get("conferrals", []))


def heading(console: Console, text: str) -> None:
    console.print()
    console.rule(f"[bold]{text}", align="left", style="blue")
