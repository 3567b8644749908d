"""Translate the networks of the list and hold the specs against what PyTorch ran.

Run as ``python tests/oracle/translated.py [PATTERN ...]``: a line for each network; with ``--rest``
only for those that are not exact in ``networks.csv``.  With ``--record``, what became of each goes
there, and the sum into docs/oracles.md.  ``--in FILE`` keeps what was found: a run that was ended
goes on where it was.  ``--plain`` folds nothing, which takes the longer half of the time.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import json
import re
import statistics
import sys
import time
from collections import Counter
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import torch
from zoo import LIST, Listed, Modules, Product, Products, build, listed, parameters, run

import costcalc as cc
from costcalc.exchange.flat import flat, order
from costcalc.exchange.torch.aten import READERS
from costcalc.exchange.torch.running import translate
from costcalc.exchange.translation import Refused, Translation
from costcalc.models.importing import imported

PAGE = Path(__file__).parents[2] / "docs" / "oracles.md"
BEGIN, END = "<!-- translated: begin -->", "<!-- translated: end -->"


class Outcome(NamedTuple):
    """What became of a network: the verdict, as ``networks.csv`` has it, how many products were
    compared, what differs, what stands in for what, and the rows of the spec that ``import``
    writes, with how far it is folded: it counts the same, or is folded less."""

    verdict: str
    products: int = 0
    differs: tuple[str, ...] = ()
    stand_ins: tuple[str, ...] = ()
    rows: int = 0
    level: str = ""


def told(layer: cc.LayerCount) -> Product:
    """A layer of a count, as the dispatcher tells it."""
    height, width, channels = (int(str(side)) for side in layer.output)
    if "conv" in layer.type:
        return Product((height, width, channels), layer.mult_adds)
    return Product((height * width * channels,), layer.mult_adds)


RECURRENT = ("lstm", "gru", "rnn")


def differences(
    translation: Translation, products: list[Product], model: torch.nn.Module
) -> list[str]:
    """What differs between a spec and the network that ran; none if all is equal.

    :raises Refused: there is no spec; the reasons, each once.
    """
    if translation.refusals:
        raise Refused("; ".join(sorted(translation.refusals)))
    count = cc.count(flat(translation, "translated", "module"), convention="trainable")
    by_place = sorted(zip(order(translation.rows), count.layers, strict=True))  # as it ran
    ours = [told(layer) for _, layer in by_place if layer.mult_adds]
    figures = {
        "parameters": (count.params, parameters(model)),
        "Mult-Adds": (count.mult_adds, sum(product.mult_adds for product in products)),
        "layers": (len(ours), len(products)),
    }
    steps = any(next(iter(row.columns), "") in RECURRENT for row in translation.rows)
    if steps:  # a row of these is several products, and some for each step: their sum is compared
        del figures["layers"]
    found = [f"{one} {name}, not {other}" for name, (one, other) in figures.items() if one != other]
    for i, (one, other) in enumerate(zip(ours, [] if steps else products, strict=False)):
        if not one.equals(other):
            return [*found, f"layer {i}: {one}, not {other}"]
    return found


def ran(network: Listed) -> tuple[torch.nn.Module, Translation, list[Product], Modules]:
    """A network, its translation, and the products that ran: on the meta device, or, where a
    network reads numbers, with the numbers.

    :raises ImportError, RuntimeError, TypeError: a library is missing, or it takes other inputs.
    """
    for device in ("meta", "cpu"):
        try:
            model, image = build(network, device)
            modules = Modules(model)
            with torch.no_grad(), Products() as products:
                translation = translate(model, [image], READERS, partial(run, model, image))
        except RuntimeError:
            if device == "cpu":
                raise
        else:
            break
    return model, translation, products.found, modules


def outcome(network: Listed, plain: bool = False) -> Outcome:
    """Build, run, translate, count and compare one network, and unless ``plain`` fold it."""
    try:
        model, translation, products, modules = ran(network)
    except (ImportError, RuntimeError, TypeError) as error:
        return Outcome(f"not run: {str(error).splitlines()[0].partition('. ')[0]}")
    try:
        differs = differences(translation, products, model)
        held = sum(parameter.numel() for parameter in model.parameters())
        figures = str(modules.mult_adds), str(held)
        if network.mult_adds and figures != (network.mult_adds, network.params):
            differs.append(f"the network that is listed: {figures}")
    except Refused as refused:
        return Outcome(str(refused), len(products))
    except cc.CostcalcError as error:
        return Outcome(f"not counted: {error.problems[0].message}", len(products))
    stand_ins = tuple(sorted(translation.stand_ins))
    verdict = "different" if differs else "exact"
    found = Outcome(verdict, len(products), tuple(differs), stand_ins)
    if plain:
        return found
    written = imported(translation, "net", "module")
    return found._replace(rows=written.rows, level=written.level)


def folded(exact: list[Outcome]) -> list[str]:
    """How far the specs of these networks are folded, if they were."""
    levels = Counter(found.level for found in exact if found.level)
    if not levels:
        return []
    rows = [found.rows for found in exact if found.level]
    return [
        f"Of {len(rows)} of these, {levels['blocks']} are folded whole, {levels['structure']} but "
        f"for blocks, and {levels['rows']} stay one row for each operation: {sum(rows):,} rows, "
        f"{statistics.median(rows):g} in the middle.",
        "",
    ]


def record(outcomes: dict[Listed, Outcome]) -> None:
    """Write what became of each network into the list, and the sum into the page."""
    with LIST.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Listed._fields)
        for network, found in outcomes.items():
            writer.writerow(network._replace(verdict=found.verdict))
    exact = [found for found in outcomes.values() if found.verdict == "exact"]
    refused = [n for n, found in outcomes.items() if found.verdict not in ("exact", "different")]
    reasons: dict[str, list[str]] = {}
    for network in refused:
        for reason in outcomes[network].verdict.split("; "):
            reasons.setdefault(reason, []).append(network.model)
    told = Counter(what for found in exact for what in found.stand_ins)
    versions = ", ".join(
        f"{name} {version(name)}" for name in ("torch", "torchvision", "timm", "pytorchcv")
    )
    lines = [
        BEGIN,
        f"Run on {datetime.date.today().isoformat()} with {versions}: of {len(outcomes)} networks, "
        f"{len(exact)} exact ({sum(found.products for found in exact):,} layers), "
        f"{len(outcomes) - len(exact) - len(refused)} different, {len(refused)} refused.",
        "",
        *folded(exact),
        "| refused, since the language or the reader lacks | networks | such as |",
        "| --- | ---: | --- |",
        *(
            f"| {reason} | {len(names)} | {names[0]} |"
            for reason, names in sorted(reasons.items(), key=lambda one: (-len(one[1]), one[0]))
        ),
        "",
        "| left out, or said by a row that says less, in exact ones | networks |",
        "| --- | ---: |",
        *(f"| {what} | {networks} |" for what, networks in told.most_common()),
        END,
    ]
    text = PAGE.read_text(encoding="utf-8")
    text, found = re.subn(f"{BEGIN}.*?{END}", lambda _: "\n".join(lines), text, flags=re.DOTALL)
    if not found:
        raise SystemExit(f"{PAGE} has no {BEGIN} … {END}")
    PAGE.write_text(text, encoding="utf-8")


def kept(file: Path | None) -> dict[str, Outcome]:
    """What a run has found before, by the names of the networks."""
    if file is None or not file.exists():
        return {}
    lines = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return {name: Outcome(v, n, tuple(d), tuple(s), r, w) for name, (v, n, d, s, r, w) in lines}


def main(arguments: list[str]) -> None:
    """Translate those whose name holds a pattern, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("patterns", nargs="*", default=[""])
    parser.add_argument("--in", dest="file", type=Path)
    for option in ("--rest", "--plain", "--record"):
        parser.add_argument(option, action="store_true")
    asked = parser.parse_args(arguments)
    outcomes, before = {}, kept(asked.file)
    for network in listed():
        skipped = asked.rest and network.verdict == "exact"
        if skipped or not any(re.search(pattern, network.name) for pattern in asked.patterns):
            outcomes[network] = Outcome(network.verdict)
            continue
        if network.name in before:
            outcomes[network] = before[network.name]
            continue
        start = time.perf_counter()
        outcomes[network] = found = outcome(network, asked.plain)
        took = time.perf_counter() - start
        print(f"{network.name} ({took:.1f} s): {found.verdict} {found.differs or ''}", flush=True)
        if asked.file:
            with asked.file.open("a", encoding="utf-8") as file:
                print(json.dumps([network.name, found]), file=file)
    print(Counter(found.verdict for found in outcomes.values()).most_common(2))
    if asked.record:
        record(outcomes)


if __name__ == "__main__":
    main(sys.argv[1:])
