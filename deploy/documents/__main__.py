"""Write those of docs/ that say what the code knows; `--check` only says what is old.

python -m deploy.documents [--check]
"""

import sys
from pathlib import Path

from deploy.documents.asyncapi import asyncapi
from deploy.documents.settings import settings
from deploy.documents.vocabulary import vocabulary
from services.registry import domain, stays
from services.registry.main import SERVICE as REGISTRY
from services.registry.queries.common import NAMING

DOCS = Path(__file__).resolve().parents[2] / "docs"


def main() -> None:
    made = {
        "asyncapi.yaml": asyncapi(),
        "settings.md": settings(),
        "registry.md": vocabulary(REGISTRY, (domain, stays), {"organisation": NAMING}),
    }
    stale = [name for name, text in made.items() if not (path := DOCS / name).exists() or path.read_text() != text]
    if "--check" in sys.argv:
        sys.exit(f"docs/{', docs/'.join(stale)} not up to date: run make proto" if stale else 0)
    for name in stale:
        (DOCS / name).write_text(made[name])


if __name__ == "__main__":
    main()
