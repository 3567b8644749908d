"""Damaged files of other programs: an answer or a message in 10 s, and nothing for the terminal.

    python benchmarks/model_mutants.py --minutes 10 model.onnx net.cfg …

Files of up to 2 MB lose their end, bytes turn, numbers grow, parts come twice or go; in those that
are text, words are changed as `mutants.py` does it. Each is counted in a process of its own, so
that one that ends it is seen. Faults are exceptions other than CostcalcError, more than 10 s of CPU
time, a process that ends, and control characters in what is printed. `--only NUMBER --keep FILE`
writes one mutant down and runs it.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from mutants import SECONDS, mutated

import costcalc as cc
from costcalc.report.formats import text
from costcalc.report.views import counts

LARGEST, MEMORY = 2_000_000, 4 << 30
TEXTS = (".cfg", ".prototxt", ".param", ".json", ".yaml")
#: What takes the place of bytes: numbers as protocol and flat buffers have them, and text.
PIECES = [
    b"\xff" * 4,
    b"\x00" * 4,
    b"\xff" * 9 + b"\x01",
    b"\x80" * 9 + b"\x01",
    b"\xff\xff\xff\x7f",
]
PIECES += [b"\x1b[31m", b"NaN", b"1e999", b"-1", b"9" * 30, b"\xc3\x28", b"{" * 999, b"[" * 9999]


def damaged(data: bytes, rng: random.Random) -> bytes:
    """One place is changed."""
    at = rng.randrange(len(data) + 1)
    end = at + rng.choice((1, 1, 4, 8, rng.randrange(1, 300)))
    kind = rng.randrange(6)
    if kind == 0:
        return data[:at]
    if kind == 1:
        return data[:at] + data[end:]
    if kind == 2:
        return data[:at] + data[at:end] * rng.choice((2, 40)) + data[end:]
    if kind == 3:
        piece = rng.choice(PIECES)
        return data[:at] + piece + data[at + rng.choice((0, len(piece))) :]
    turned = bytes(byte ^ 1 << rng.randrange(8) for byte in data[at : at + 1])
    return data[:at] + turned + data[at + 1 :]


def mutant(files: list[Path], number: str) -> tuple[Path, bytes]:
    """The file that is changed, and what becomes of it."""
    rng = random.Random(number)
    file = rng.choice(files)
    data = file.read_bytes()
    words = file.suffix in TEXTS and rng.random() < 0.8
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        if words:
            data = mutated(data.decode("utf-8", "replace"), rng).encode("utf-8", "replace")
        else:
            data = damaged(data, rng)
    return file, data


def told(path: Path) -> tuple[str, str]:
    """The verdict on a file, and what there is to say."""
    try:
        count = cc.load(path).count()
        printed = "\n".join((text.render(counts.count_document(count, "layer")), *count.notes))
        verdict = "answered"
    except cc.CostcalcError as error:
        printed, verdict = str(error), "refused"
    except Exception:
        return "traceback", traceback.format_exc()[-600:]
    signs = {sign for sign in printed if sign != "\n" and not sign.isprintable()}
    return ("unprintable", f"{signs}") if signs else (verdict, "")


def judged(path: Path) -> tuple[str, str]:
    """The same, of a process of its own."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
        os.write(writer, "\0".join(told(path)).encode()[:4000])
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read().decode("utf-8", "replace")
    _, status = os.waitpid(child, 0)
    if status or not said:
        return "ended", f"by signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else str(
            status
        )
    verdict, _, found = said.partition("\0")
    return verdict, found


def numbers(seed: str, minutes: float) -> Iterator[str]:
    end, number = time.monotonic() + 60 * minutes, 0
    while time.monotonic() < end:
        yield f"{seed}.{number}"
        number += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--only", metavar="NUMBER")
    parser.add_argument("--keep", type=Path, metavar="FILE")
    given = parser.parse_args()
    files = [file for file in given.files if 0 < file.stat().st_size <= LARGEST]
    for file in files:
        told(file)  # what reads them is imported once
    tally: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for number in [given.only] if given.only else numbers(given.seed, given.minutes):
            file, data = mutant(files, number)
            path = given.keep or Path(folder) / f"mutant{file.suffix}"
            path.write_bytes(data)
            verdict, found = judged(path)
            tally[verdict] += 1
            if found:
                print(f"{file.name} {number} {verdict}: {found}", flush=True)
    print(f"{sum(tally.values())} mutants of {len(files)} files: {dict(tally)}")


if __name__ == "__main__":
    main()
