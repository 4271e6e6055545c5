"""What an article holds beside the year of its bloc: who sat and spoke where, councils, results, and what was to do."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from deploy.demo.client import Client
from deploy.demo.scenarios import Step, load
from deploy.demo.show import Answer, Names, joined, marked, party

PARTS = ("registrations", "participations")


def held_table(article: str, registry: Client, read: Answer) -> Table:
    """Each value with its mark; of what the article does not tell, the names."""
    steps, names = load(article), Names(registry, read)

    def ask(method: str, **fields: Any) -> Answer:
        answer = registry.ask(method, fields, read)
        names.learn(answer)
        return answer

    bodies = [ask("GetBody", body=s.fields["body"]) for s in steps if s.command == "EstablishBody"]
    held = [ask("GetConference", conference=s.fields["conference"]) for s in steps if s.command == "HoldConference"]
    congresses = [one for one in held if one["kind"]["value"] == "CONGRESS"]
    conferences = [one for one in held if one not in congresses]
    told = dict.fromkeys((s.fields["bloc"], s.fields["year"]) for s in steps if {"bloc", "year"} <= s.fields.keys())
    years = [ask("GetBlocYear", bloc=bloc, year=year) for bloc, year in told]
    day = _day(steps)
    due = [ask("GetToDo", bloc=bloc, on=day) for bloc in {bloc: None for bloc, _ in told}] if day else []
    rows: dict[str, Iterable[Text]] = {
        "chairs": (party(who, names) for one in conferences for who in one["chairs"].get("items", [])),
        "attendance": (_attendee(one, names) for one in _each(conferences, "attendees")),
        "agenda": (marked(item) for one in conferences for item in one["agenda"].get("items", [])),
        "councils": (_body(one, names) for one in bodies),
        "congresses": (_congress(one, names) for one in congresses),
        "preparations": (party(one["by"], names) for one in _each(years, "preparations") if "by" in one),
        "covenant lines": (_line(one) for year in years for one in _each([year.get("covenant", {})], "lines")),
        "plan progress": (_progress(one) for year in years for one in _each([year.get("plan", {})], "items")),
        "participation": (_part(one, names) for part in PARTS for one in _each(years, part)),
        f"to do on {day}" if day else "to do": (_task(one) for one in _each(due, "tasks")),
    }
    return _table(article, {name: [one for one in row if one.plain] for name, row in rows.items()})


def _table(article: str, rows: dict[str, list[Text]]) -> Table:
    title = article.replace("_", " ").replace("scenario", "article")
    table = Table(title=title, title_justify="left", title_style="bold", show_header=False)
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    for name, row in rows.items():
        if row:
            table.add_row(name, Text("\n").join(_once(row)))
    missing = [name for name, row in rows.items() if not row]
    if missing:
        table.add_row(Text("not told", style="dim"), Text(", ".join(missing), style="dim italic"))
    return table


def _once(lines: Sequence[Text]) -> Iterator[Text]:
    """Lines that read alike once, with how many there are."""
    found = {line.plain: line for line in lines}
    for plain, count in Counter(line.plain for line in lines).items():
        yield found[plain] if count == 1 else Text.assemble(found[plain], f", ×{count}")


def _day(steps: Sequence[Step]) -> str | None:
    """The day of the bloc's conference."""
    held = (s.fields for s in steps if s.command == "HoldConference" and "bloc" in s.fields)
    return next((fields.get("effective") for fields in held), None)


def _each(answers: Iterable[Answer], field: str) -> Iterator[Answer]:
    return (one for answer in answers for one in answer.get(field, []))


def _attendee(attendee: Answer, names: Names) -> Text:
    roles = [marked(role, role["value"].lower().replace("_", " ")) for role in attendee.get("roles", [])]
    return joined([party(attendee, names), *roles], ", ")


def _body(body: Answer, names: Names) -> Text:
    return joined([marked(body["name"]), *(_seat(one, names) for one in body["members"].get("items", []))], " · ")


def _seat(seat: Answer, names: Names) -> Text:
    held = [marked(seat[field]) for field in ("office", "title") if field in seat]
    since = [marked(seat["since"])] if "since" in seat else [Text("since —")]
    return joined([party(seat, names), *held, *since], ", ")


def _congress(congress: Answer, names: Names) -> Text:
    called = [marked(congress["kind"], "congress")]
    called += [marked(congress["edition"], f"no. {congress['edition']['value']}")] if "edition" in congress else []
    host = party(congress["host"], names) if "host" in congress else Text("—")
    day = marked(congress["held_on"]) if "held_on" in congress else Text("—")
    return joined([*called, Text.assemble("by ", host), Text.assemble("on ", day)], ", ")


def _line(line: Answer) -> Text:
    results = (marked(r["achieved"]) for r in line.get("results", []) if "achieved" in r)
    return joined([marked(line["indicator"]), *results], ", ") if "indicator" in line else Text("")


def _progress(item: Answer) -> Text:
    told = [word for one in item.get("progress", []) for word in map(marked, one.get("words", []))]
    return joined([marked(item["text"]), *told], ", ") if told and "text" in item else Text("")


def _part(part: Answer, names: Names) -> Text:
    who = marked(part["participant"], names.of(part["participant"]["value"]))
    return joined([who, *(marked(part[field]) for field in ("movement", "text") if field in part)], ", ")


def _task(task: Answer) -> Text:
    state = marked(task["state"], task["state"]["value"].lower())
    kind = task["kind"].removeprefix("TASK_KIND_").lower().replace("_", " ")
    what = [marked(task["what"])] if "what" in task else []
    due = marked(task[due]) if (due := next((one for one in ("due", "words") if one in task), None)) else Text("—")
    return joined([state, Text(f"{kind} of {task['year']}"), *what, Text.assemble("due ", due)], ", ")
