"""The report: the numbers of all answers, the same file for the same question, and inert."""

from __future__ import annotations

import json
import math
import re
import shlex
from fractions import Fraction
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from conftest import Run

import costcalc as cc
from costcalc.algebra.notation import SYMBOLS
from costcalc.algebra.numbers import divide
from costcalc.algebra.polynomial import parameter
from costcalc.hardware.elements import as_elements
from costcalc.language import library
from costcalc.report.drawing import Lines, Scale, stairs
from costcalc.report.formats.mathml import mathml
from costcalc.report.formats.svg import svg

OWN = """network: own
title: A network of two blocks
parameters:
  alpha: {default: 1, meaning: width}
  kind: {default: a, choices: [a, b], meaning: which}
  n: {default: 2, meaning: rounds}
input: 16x16x3
channels: floor
layers:
- {conv: 3x3, out: 32*alpha, group: stem}
- {repeat: n, layers: [{dwconv: 3x3}, {conv: 1x1, out: 32*alpha}]}
- {conv: 1x1, out: 64, when: kind == "b"}
- {avgpool: global}
- {fc: 10}
"""
HALF = {"alpha": "1/2", "kind": "b"}
SHEET = cc.report("fd-mobilenet", cc.loads(OWN), values=HALF)
FD = "Fast-Downsampling MobileNet"
COUNTS = {
    FD: cc.count("fd-mobilenet", alpha="1/2"),
    "A network of two blocks": cc.loads(OWN).count(values=HALF),
}


class Page(HTMLParser):
    """The texts of a page's tables by the headings above them, and its facts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: dict[tuple[str, str], list[list[str]]] = {}
        self.facts: list[str] = []
        self.heading, self.text = ("", ""), ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.setdefault(self.heading, []).append([])
        if tag in ("td", "th", "h2", "h3", "p"):
            self.text = ""

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.rows[self.heading][-1].append(self.text.strip())
        elif tag in ("h2", "h3"):
            self.heading = (self.text, "") if tag == "h2" else (self.heading[0], self.text)
        elif tag == "p":
            self.facts.append(self.text)


PAGE = Page(SHEET.html)


def whole(text: str) -> int:
    return int(text.replace(",", "") or 0)


@pytest.mark.parametrize("title", COUNTS)
def test_the_numbers_are_those_of_count(title: str) -> None:
    count = COUNTS[title]
    _, *totals = PAGE.rows[title, ""]
    assert [whole(cell) for _, cell in totals] == [count.mult_adds, count.params]
    _, *layers, total = PAGE.rows[title, "Layer by layer"]
    assert [(row[0], whole(row[5]), whole(row[7])) for row in layers] == [
        (layer.path, layer.mult_adds, layer.params) for layer in count.layers
    ]
    assert (whole(total[5]), whole(total[7])) == (count.mult_adds, count.params)
    keys = ("type", "stage", "group") if title != FD else ("type", "stage")
    for key in keys:
        _, *groups, total = PAGE.rows[title, f"By {key}"]
        assert [(row[0], *map(whole, (row[1], row[2], row[4]))) for row in groups] == [
            (group.name, group.layers, group.mult_adds, group.params) for group in count.by(key)
        ]
        assert sum(float(row[3].removesuffix(" %")) for row in groups) == pytest.approx(
            100, abs=0.1
        )
    assert (title, "By group") in PAGE.rows or "group" not in keys


@pytest.mark.parametrize("title", COUNTS)
def test_every_convention_s_totals_are_those_of_count(title: str) -> None:
    _, *rows = PAGE.rows[title, "Under every convention"]
    assert len(rows) == len(cc.all_conventions())
    for name, _, work, _, params, _ in rows:
        if name in ("paper", "keras", "tf-profiler"):
            network = "fd-mobilenet" if title == FD else cc.loads(OWN)
            asked = {"alpha": "1/2"} if title == FD else HALF
            count = cc.count(network, convention=name, values=asked)
            assert (whole(work), whole(params)) == (count.mult_adds, count.params)


def test_several_stand_side_by_side_with_their_differences() -> None:
    one, two = COUNTS.values()
    _, work, params, *_ = PAGE.rows["Side by side", ""]
    for row, cost in ((work, "mult_adds"), (params, "params")):
        a, b = getattr(one, cost), getattr(two, cost)
        assert [whole(cell) for cell in row[1:4]] == [a, b, b - a]
    assert "Side by side" not in cc.report("resnet-8").markdown


def test_what_papers_print_stands_beside_what_is_computed() -> None:
    """Table 2 of 002; Table 4 repeats it."""
    rows = PAGE.rows[FD, "As papers print its costs"]
    assert [row[1:7] for row in rows[1:]] == [
        ["Table 2", f"FD-MobileNet {alpha}×", "mult_adds M", millions, millions, "rounds"]
        for alpha, millions in (("1", "144"), ("0.5", "40"), ("0.25", "12"))
    ]
    assert ("A network of two blocks", "As papers print its costs") not in PAGE.rows


def test_memory_and_curves() -> None:
    memory = cc.memory(cc.loads(OWN), values=HALF)
    assert any(fact.startswith(f"peak: {memory.peak_bytes:,} bytes") for fact in PAGE.facts)
    fp32 = cc.report(cc.loads(OWN), values=HALF, elements="fp32")
    assert (
        f"flash: {cc.memory(cc.loads(OWN), elements='fp32', values=HALF).flash_bytes:,} bytes"
        in (fp32.markdown)
    )
    rows = PAGE.rows["A network of two blocks", "Along α"][1:]  # quarters: it names no usual values
    assert [(row[-6], whole(row[-4])) for row in rows] == [
        (text, cc.loads(OWN).count(alpha=alpha, kind="b").mult_adds)
        for text, alpha in (("0.25", "1/4"), ("0.5", "1/2"), ("0.75", "3/4"), ("1", 1))
    ]


def test_the_command_makes_it_again(run: Run, tmp_path: Path) -> None:
    sheet = cc.report("ds-cnn", "resnet-8", c=32, convention="keras", elements="int4")
    assert sheet.command == (
        "costcalc report ds-cnn@c=32 resnet-8 --convention keras --elements int4"
    )
    sizes = as_elements("fp16; last: weights=int8")
    assert cc.report("resnet-8", elements=sizes).to_dict() == {
        **cc.report("resnet-8", elements="fp16; last: weights=int8").to_dict(),
        "command": "costcalc report resnet-8 --elements "
        "'weights=fp16, activations=fp16, biases=fp16; last: weights=int8'",
    }
    keras = cc.report("resnet-8", convention=cc.find_convention("keras"))
    assert keras.command == "costcalc report resnet-8 --convention keras"
    assert as_elements("weights=fp16, activations=fp16, biases=fp16; last: weights=int8") == sizes
    for name, text in (("a.html", sheet.html), ("a.md", sheet.markdown)):
        words = (*shlex.split(sheet.command)[1:], "-o", str(tmp_path / name))
        assert run(*words).returncode == 0
        assert (tmp_path / name).read_text() == text
    data = json.loads(run(*shlex.split(sheet.command)[1:], "-f", "json").stdout)
    assert data == json.loads(json.dumps(sheet.to_dict()))
    assert data["networks"][1]["count"] == cc.count("resnet-8", convention="keras").to_dict()
    assert data["comparison"]["convention"] == "keras"


def test_the_files_that_a_network_is_read_from(tmp_path: Path) -> None:
    own, blocks = tmp_path / "own.yaml", tmp_path / "pair.yaml"
    own.write_text("include: pair\ninput: 8x8x3\nlayers:\n- {pair: 8}\n")
    blocks.write_text(
        "blocks:\n  pair: {takes: [c], layers: [{conv: 3x3, out: c}, {conv: 1x1, out: c}]}\n"
    )
    (entry,) = cc.report(own).entries
    assert entry.files == {
        path.name: sha256(path.read_bytes()).hexdigest() for path in (own, blocks)
    }
    assert cc.report(cc.loads(OWN)).entries[0].files == {}
    shipped = sha256((library.SPECS / "resnet-8.yaml").read_bytes()).hexdigest()
    assert f"read from: resnet-8.yaml {shipped}" in cc.report("resnet-8").markdown


def test_a_page_runs_nothing_and_refers_to_nothing() -> None:
    html = SHEET.html
    assert "<script" not in html and not re.search(r"\s(src|href|on\w+)=|url\(", html)
    assert "default-src 'none'; style-src 'unsafe-inline'" in html
    assert html.count("@media print") == 1
    body = html.partition("<body>")[2].partition("</body>")[0].replace("<br>", "")
    ElementTree.fromstring(f"<body>{body}</body>")  # every tag is closed


def test_texts_of_a_file_are_no_markup(tmp_path: Path) -> None:
    evil = "</p><script>alert(1)</script><!-- <img src=x onerror=alert(2)> & \"'"
    file = tmp_path / "<b>'&\".yaml"
    file.write_text(
        f"title: {json.dumps(evil)}\nsource: {json.dumps(evil)}\nnotes: {json.dumps(evil)}\n"
        f"parameters: {{alpha: {{default: 1, meaning: {json.dumps(evil)}}}}}\n"
        "input: 8x8x3\nlayers:\n- {conv: 3x3, out: 8*alpha, name: a_b, group: g_h}\n"
    )
    html = cc.report(file).html
    assert not re.search("<(script|img|b>|!--)", html)
    assert html.count("&lt;script&gt;alert(1)") == 2  # the title and the source
    assert "<title>Costs of &lt;b&gt;&#x27;&amp;&quot;</title>" in html


REFUSED = {
    "report": "Missing argument 'NETWORKS...'",
    "report vgg-16 vgg-16": "vgg-16 is named twice (a report has each network once)",
    "report vgg-16 --alpha 0.5": "vgg-16 has no parameter 'alpha' (known: classes, resolution)",
    "report vgg-16 -r 0": "resolution: 0 is outside its domain (a positive integer)",
    "report vgg-16 -o x.csv": "x.csv has no known ending (.txt, .json, .md or .html, or --format)",
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_has_no_report(run: Run, words: str) -> None:
    found = run(*words.split())
    assert (found.returncode, found.stdout) == (2, "")
    assert REFUSED[words] in found.stderr


def test_a_network_without_a_closed_form_says_why() -> None:
    net = cc.loads(
        "parameters: {n: {default: 3, meaning: size}}\ninput: 8x8x3\n"
        "layers:\n- {conv: 1x1, out: 2**n}\n- {conv: 1x1, out: 2}"
    )
    text = net.report().markdown
    assert "- no closed form: " in text and "a power by n has no closed form" in text
    assert f"| Mult-Adds | {8 * 8 * (3 * 8 + 8 * 2):,} |" in text


# -- formulas and pictures, without a library -----------------------------------------------------


def value(element: ElementTree.Element, values: dict[str, Fraction]) -> Fraction:
    """What an element of MathML says."""
    text, parts = element.text or "", list(element)
    match element.tag:
        case "mn":
            return Fraction(text)
        case "mi":
            return values[text]
        case "msup":
            return value(parts[0], values) ** int(value(parts[1], values))
        case "mfrac":
            return value(parts[0], values) / value(parts[1], values)
    called = "".join(part.text or "" for part in parts if part.tag in ("mi", "mo"))
    if called[-1:] in tuple(")⌋⌉"):
        args = [value(part, values) for part in parts if part.tag == "mrow"]
        known: dict[str, Any] = {"⌊⌋": math.floor, "⌈⌉": math.ceil, "max(,)": max, "min(,)": min}
        return Fraction(known[called](*args))
    total, product, sign = Fraction(0), Fraction(1), 1
    for i, part in enumerate(parts):
        if part.tag != "mo":
            product *= value(part, values)
        elif part.text in ("+", "−"):
            total += sign * product if i else 0
            product, sign = Fraction(1), 1 if part.text == "+" else -1
    return total + sign * product


@pytest.mark.parametrize("name", ["mobilenet-v1", "fd-mobilenet", "squeezenet-1.1", "own"])
def test_a_typeset_formula_is_the_count(name: str) -> None:
    """With every rounding; at the defaults, and where roundings round."""
    net = cc.loads(OWN) if name == "own" else cc.load(name)
    known = {p.name: p for p in net.spec.parameters.values() if not p.choices}
    formula = net.formula(kind="b") if name == "own" else net.formula()
    odd: dict[str, Any] = {"alpha": Fraction(7, 10), "resolution": 225, "n": 3, "classes": 7}
    for binding in ({}, {n: v for n, v in odd.items() if n in known}):
        values = {n: Fraction(p.default) for n, p in known.items()} | binding
        named = {SYMBOLS.get(n, n): Fraction(v) for n, v in values.items()}
        asked = {**binding, **({"kind": "b"} if name == "own" else {})}
        count = net.count(values=asked)
        for form, cost in zip(
            formula.total.costs(rounded=True), ("mult_adds", "params"), strict=True
        ):
            terms = ElementTree.fromstring(f"<all>{mathml(form)}</all>")
            assert sum(value(term, named) for term in terms) == getattr(count, cost)


def test_signs_powers_and_quotients_are_typeset() -> None:
    n, m = (parameter(name, whole=True) for name in ("n", "m"))
    form = -(n**3) * m * Fraction(5, 2) + divide(m, n + 1) - Fraction(7, 3)
    values = {"n": Fraction(3), "m": Fraction(8)}
    for shown, expected in ((form, -27 * 8 * Fraction(5, 2) + 2 - Fraction(7, 3)), (-4, -4)):
        terms = ElementTree.fromstring(f"<all>{mathml(shown)}</all>")
        assert sum(value(term, values) for term in terms) == expected


def test_a_limit_above_the_steps_is_in_the_picture() -> None:
    scales = Scale("step", False, (), ()), Scale("live", False, (), ((18.0, "budget"),))
    root = ElementTree.fromstring(svg(Lines(*scales, {"live": stairs([(9, "a")])})))
    (limit,) = (e for e in root.iter("line") if "stroke-dasharray" in e.attrib)
    (line,) = root.iter("polyline")
    up = [float(pair.split(",")[1]) for pair in line.attrib["points"].split()]
    assert max(up) - float(limit.attrib["y1"]) == pytest.approx(2 * (max(up) - min(up)))
    assert 0 <= float(limit.attrib["y1"]) < min(up)


def test_the_staircase_reaches_its_peak() -> None:
    label = "9 <at> b"
    panel = Lines(
        Scale("step", False, (), ()),
        Scale("live", False, (), ((9.0, label),)),
        {"live": stairs([(3, "a"), (9, "b"), (0, "c")])},
    )
    root = ElementTree.fromstring(svg(panel))
    (line,) = root.iter("polyline")
    places = [tuple(map(float, pair.split(","))) for pair in line.attrib["points"].split()]
    across, up = zip(*places, strict=True)
    assert len(places) == 2 + 2 * 3
    # one and the same way to each step, from one end of the picture to the other
    (first, last), thirds = (across[0], across[-1]), sorted(set(across))
    assert thirds == pytest.approx([first + (last - first) * i / 3 for i in range(4)], abs=0.1)
    (limit,) = (e for e in root.iter("line") if "stroke-dasharray" in e.attrib)
    top, floor = float(limit.attrib["y1"]), max(up)
    third = floor - (floor - top) / 3
    assert sorted(set(up)) == pytest.approx([top, third, floor], abs=0.1)
    assert label in [e.text for e in root.iter("text")]
