"""The long run: ``python tests/property/fuzz.py --minutes 10 --seed 1``.

Every disagreement is printed with the smallest spec that was found to show it.
"""

from __future__ import annotations

import argparse
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from random_specs import Binding, Case, case, words, written
from routes import WEIGHTS, Disagreement, compare, own_convention

from costcalc import CostcalcError, loads

#: CPU seconds that one case may take.
MOST = 20


class Slow(Exception):
    """A case took longer."""


def _ring(*_: object) -> None:
    raise Slow(f"over {MOST} CPU seconds")


def problem(one: Case, convention: str, every: str, seen: Counter[str]) -> str:
    """What is wrong with a case; nothing, if the routes agree."""
    signal.setitimer(signal.ITIMER_VIRTUAL, MOST)
    tried = f"{written(one.spec)}{one.bindings}, seed {one.seed}"
    try:
        seen.update(compare(one, convention, every))
    except Disagreement as error:
        return str(error)
    except Slow as error:
        return f"hang: {error}\n\n{tried}"
    except CostcalcError as error:
        return f"unreadable: {error}\n\n{tried}"
    except Exception as error:
        return f"traceback: {type(error).__name__}: {error}\n\n{tried}"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return ""


def smaller(data: Any) -> Iterator[Any]:
    """The same with one part less, or one part replaced by what is in it."""
    if isinstance(data, list):
        for i, part in enumerate(data):
            yield [*data[:i], *data[i + 1 :]]
            inner = part.get("layers", part.get("residual")) if isinstance(part, dict) else None
            if isinstance(inner, list):
                yield [*data[:i], *inner, *data[i + 1 :]]
            for less in smaller(part):
                yield [*data[:i], less, *data[i + 1 :]]
    if isinstance(data, dict):
        for key, part in data.items():
            if key == "parameters":
                continue
            yield {k: v for k, v in data.items() if k != key}
            for less in smaller(part):
                yield {**data, key: less}


def shrunk(one: Case, convention: str, every: str, message: str, seconds: float = 8) -> str:
    """The message for the smallest spec that still shows a problem of the same kind."""
    kind, end = _kind(message), time.process_time() + seconds
    going = True
    while going:
        going = False
        for spec in smaller(one.spec):
            less = _pruned(spec, one.bindings, one.seed)
            if less is None or time.process_time() > end:
                continue
            found = problem(less, convention, every, Counter())
            if _kind(found) == kind:
                one, message, going = less, found, True
                break
    return message


def _kind(message: str) -> str:
    return message.splitlines()[0] if message.startswith("traceback") else message.split(":")[0]


def _pruned(spec: Any, bindings: list[Binding], seed: int) -> Case | None:
    """The case without parameters that nothing uses; None where it can't be read any more."""
    used = set(words({key: value for key, value in spec.items() if key != "parameters"}))
    parameters = {k: v for k, v in spec.get("parameters", {}).items() if k in used}
    spec = {key: value for key, value in {**spec, "parameters": parameters}.items() if value}
    try:
        names = loads(written(spec)).parameters
    except Exception:
        return None
    bindings = [{k: v for k, v in binding.items() if k in names} for binding in bindings]
    return Case(spec, bindings, seed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    signal.signal(signal.SIGVTALRM, _ring)
    source, seen, begun = random.Random(asked.seed), Counter[str](), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        every = own_convention(Path(folder))
        while time.monotonic() - begun < 60 * asked.minutes:
            one = case(source.randint)
            convention = source.choice(list(WEIGHTS))
            seen["specs"] += 1
            if message := problem(one, convention, every, seen):
                seen["problems"] += 1
                print(shrunk(one, convention, every, message), flush=True)
                print("-" * 80, flush=True)
    for route, number in sorted(seen.items()):
        print(f"{route:24}{number:10,}")


if __name__ == "__main__":
    main()
