"""Generate the Python of every .proto beside it; `--check` only says what is not up to date.

python -m deploy.protos [--check]
"""

import sys
import tempfile
from pathlib import Path

from grpc_tools import protoc

ROOT = Path(__file__).resolve().parents[1] / "proto"


def generate(out: Path) -> None:
    """Write modules, stubs and package markers for every .proto into `out`."""
    sources = sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.proto"))
    programs = Path(sys.executable).parent
    failed = protoc.main(
        [
            "protoc",
            f"--proto_path={ROOT}",
            f"--proto_path={Path(protoc.__file__).parent / '_proto'}",
            f"--plugin=protoc-gen-mypy={programs / 'protoc-gen-mypy'}",
            f"--plugin=protoc-gen-mypy_grpc={programs / 'protoc-gen-mypy_grpc'}",
            f"--python_out={out}",
            f"--grpc_python_out={out}",
            f"--mypy_out=quiet:{out}",
            f"--mypy_grpc_out=quiet:{out}",
            *sources,
        ]
    )
    if failed:
        sys.exit(1)
    for folder in {folder for source in sources for folder in Path(source).parents} - {Path()}:
        (out / folder / "__init__.py").touch()


def contents(folder: Path) -> dict[str, str]:
    """Everything in `folder` that is generated, by path."""
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*.py*")) if _source(path)}


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        generate(Path(temporary))
        made, there = contents(Path(temporary)), contents(ROOT)
    stale = sorted(path for path in made.keys() | there.keys() if made.get(path) != there.get(path))
    if "--check" in sys.argv:
        sys.exit(f"Generated code is not up to date, run make proto: {', '.join(stale)}" if stale else 0)
    for path in stale:
        if path in made:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(made[path])
        else:
            (ROOT / path).unlink()


def _source(path: Path) -> bool:
    return path.suffix in {".py", ".pyi"}


if __name__ == "__main__":
    main()
