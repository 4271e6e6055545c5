"""The page on tables names the columns that are given out."""

import pytest

from deploy.local.processes import ROOT
from services.registry.tables.columns import COLUMNS, Table


@pytest.mark.parametrize("table", COLUMNS)
def test_the_page_on_tables_names_every_column(table: Table) -> None:
    page = (ROOT / "docs" / "tables.md").read_text()
    (row,) = (line for line in page.splitlines() if line.startswith(f"| {table.lower()} |"))
    missing = [headers[0] for headers in COLUMNS[table].values() if headers[0] not in row]
    assert missing == []
