"""How much of the DMN Technology Compatibility Kit passes: ``python bench/tck_rate.py [FOLDER]``.

Reads the kit beside the repository, or where YIFA_DMN_TCK (or the argument) says. With
``--failures`` prints every case that fails.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.engine.dmn import tck_kit  # noqa: E402


def main(arguments: list[str]) -> int:
    failures = "--failures" in arguments
    named = [each for each in arguments if not each.startswith("-")]
    folder = Path(named[0]) if named else tck_kit.kit()
    if folder is None:
        print("No kit: set YIFA_DMN_TCK or name a folder.", file=sys.stderr)
        return 2
    began = time.perf_counter()
    total = passed = 0
    for file in tck_kit.files(folder):
        results = list(tck_kit.run(file))
        good = sum(each.passed for each in results)
        total += len(results)
        passed += good
        print(f"{good:5} / {len(results):5}  {good / max(1, len(results)):7.1%}  {file.stem}")
        for each in results if failures else ():
            if not each.passed:
                print(f"        {each.key}: wanted {each.wanted!r}, got {each.got!r} {each.note}")
    took = time.perf_counter() - began
    rate = passed / max(1, total)
    print(f"{passed:5} / {total:5}  {rate:7.1%}  all, in {took:.1f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
