"""`python -m bench [name]`: measure, print a table, and write `bench/results.json`. Fails when a target is missed."""

import argparse
import json
import pkgutil
from importlib import import_module
from pathlib import Path

import bench
from bench import BENCHMARKS, Result

RESULTS = Path(__file__).parent / "results.json"
COLUMNS = ("name", "unit", "n", "median", "p95", "reference", "target", "ok")


def main() -> int:
    for module in pkgutil.iter_modules(bench.__path__):
        import_module(f"bench.{module.name}")
    only = options().only
    results = [result for name in ([only] if only else BENCHMARKS) for result in BENCHMARKS[name]()]
    rows = [{column: getattr(result, column) for column in COLUMNS} for result in results]
    RESULTS.write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
    print(table(results))
    return 0 if all(result.ok for result in results) else 1


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("only", nargs="?", choices=sorted(BENCHMARKS), help="one of them (default: all)")
    return parser.parse_args()


def table(results: list[Result]) -> str:
    """As in docs/benchmarks.md."""
    rows = [COLUMNS, tuple("---" for _ in COLUMNS), *map(cells, results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    return "\n".join(f"| {' | '.join(map(str.ljust, row, widths))} |" for row in rows)


def cells(result: Result) -> tuple[str, ...]:
    reference = "–" if result.reference is None else f"{result.reference:g}"
    figures = (f"{result.median:.2f}", f"{result.p95:.2f}", reference, target(result))
    return (result.name, result.unit, str(result.n), *figures, "yes" if result.ok else "no")


def target(result: Result) -> str:
    if result.more_is_better:
        return f"at least {result.target:g}"
    worst = "" if result.p95_target is None else f", p95 {result.p95_target:g}"
    return f"{result.target:g}{worst}"


if __name__ == "__main__":
    raise SystemExit(main())
