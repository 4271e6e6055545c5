"""Rulings: a record that says which of what was told in contradicting ways holds, by whom and why."""

from services.kernel.telling import require
from services.registry import events as e


def settles(told: e.Disputable, known: object) -> None:
    """Of a command that carries a ruling: it has a document and an author, and something to rule on. Raises Refused."""
    if told.ruling is None:
        return
    by = told.ruling.by
    require(
        told.record,
        "ruling.document",
        en="record: a ruling is recorded from its document.",
        vi="record: kết luận phải được ghi nhận theo văn bản.",
    )
    require(
        by.agency or by.person or by.words,
        "ruling.by",
        en="ruling.by: name who ruled.",
        vi="ruling.by: cần nêu ai kết luận.",
    )
    require(
        known,
        "ruling.nothing",
        en="ruling: nothing is told of it yet that a ruling could settle.",
        vi="ruling: chưa có thông tin nào để kết luận.",
    )
