"""Every rule that refuses has its code on the page that callers read, and the page has no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PLACE = {"Refused": 0, "require": 1, "in_order": 0}
"""Which argument is the code."""


def calls(text: str) -> Iterator[tuple[int, ast.expr]]:
    """The codes that a module refuses by, each with its line."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            named = {keyword.arg: keyword.value for keyword in node.keywords}
            if name in PLACE:
                yield node.lineno, named.get("rule") or node.args[PLACE[name]]


def used() -> dict[str, str]:
    """Each code of the services, and where it is used. What `require` itself hands on is no code."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "services").rglob("*.py")):
        for line, code in calls(path.read_text()):
            if ast.unparse(code) != "rule":
                assert isinstance(code, ast.Constant), f"{path}:{line}: a code is written out where it is used"
                found[str(code.value)] = f"{path.relative_to(ROOT)}:{line}"
    return found


def listed() -> list[str]:
    return re.findall(r"^\| `([a-z]+\.[a-z_-]+)` \|", (ROOT / "docs" / "errors.md").read_text(), re.MULTILINE)


def test_every_code_that_a_rule_refuses_by_is_on_the_page_of_errors() -> None:
    codes = used()
    unlisted = [f"add a row to docs/errors.md: `{code}`, used in {codes[code]}" for code in codes.keys() - {*listed()}]
    assert not unlisted, "\n".join(sorted(unlisted))


def test_the_page_of_errors_lists_each_code_once_and_none_that_no_rule_has() -> None:
    assert sorted(listed()) == sorted({*listed()} & used().keys())
