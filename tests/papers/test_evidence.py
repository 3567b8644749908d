"""What holds for a group of printed figures, and what only fits one of them.

The right figures are MobileNet V1's own (Howard et al. 2017, Table 6): 569, 325, 149, 41 million.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from costcalc.errors import Place
from costcalc.graph.selection import Target
from costcalc.papers.claims.claims import Figure
from costcalc.papers.claims.reading import read_claims
from costcalc.papers.diagnosis.evidence import MARGIN, Claimed, groups, holds_for
from costcalc.papers.run import check_papers
from costcalc.papers.verify.verdicts import Verdict

PLACE = Place("claims.yaml", 1, 1)


def verdict(row: str, judged: str, spec: str = "a", off: int = 40, **at: str) -> Verdict:
    """A figure that is 40 units of its last digit off its count, unless it agrees."""
    of = (Target(PLACE, spec, at),)
    printed = 1000 + len(row) + (off if judged == "differs" else 0)
    figure = Figure("p", "T", row, "mult_adds", "", str(printed), PLACE, of=of)
    return Verdict(figure, judged, Fraction(1000 + len(row)))


COLUMN = [
    verdict("one", "differs", alpha="1"),
    verdict("two two", "differs", alpha="1/2"),
    verdict("three", "rounds", alpha="1/4"),
    verdict("four", "rounds", spec="b", alpha="1"),
    verdict("five five", "differs", spec="b", alpha="1/2"),
]


def test_the_groups_of_a_column() -> None:
    named = {g.name: [v.figure.row for v in g.verdicts] for g in groups(COLUMN)}
    assert named == {
        "all 5 figures of T": ["one", "two two", "three", "four", "five five"],
        "all 3 rows of T on a": ["one", "two two", "three"],
        "both rows of T on b": ["four", "five five"],
        "both rows of T with alpha = 1": ["one", "four"],
        "all 3 rows of T with another alpha than 1": ["two two", "three", "five five"],
        "both rows of T with alpha = 1/2": ["two two", "five five"],
        "all 3 rows of T with another alpha than 1/2": ["one", "three", "four"],
        "all 4 rows of T with another alpha than 1/4": ["one", "two two", "four", "five five"],
    }
    sizes = [len(g.verdicts) for g in groups(COLUMN)]
    assert sizes == sorted(sizes, reverse=True)
    assert groups(COLUMN[:1]) == groups([]) == []


def held(
    members: list[Verdict],
    given: set[str],
    row: str = "",
    slip: bool = False,
    prior: Fraction = Fraction(1, 4),
    explained: set[str] | None = None,
) -> str:
    """What a hypothesis that gives the rows ``given`` holds for, around ``row`` or the first."""
    (own,) = (v for v in members if v.figure.row == (row or members[0].figure.row))
    claimed = Claimed(
        lambda f: f.row in given,
        lambda f: f.row in (given if explained is None else explained),
        lambda v: slip,
        prior,
    )
    return holds_for(own, groups(members), claimed)


@pytest.mark.parametrize(
    ("row", "given", "name"),
    [
        ("one", {"one", "two two", "three", "four", "five five"}, "all 5 figures of T"),
        # one network's rows, one of which agrees without it too
        ("one", {"one", "two two", "three", "five five"}, "all 3 rows of T on a"),
        ("two two", {"two two", "five five"}, "both rows of T with alpha = 1/2"),
        # what agrees speaks against it
        (
            "one",
            {"one", "two two", "four", "five five"},
            "all 4 rows of T with another alpha than 1/4",
        ),
        ("one", {"one"}, ""),
    ],
)
def test_a_hypothesis_holds_for_the_largest_group_that_it_gives(
    row: str, given: set[str], name: str
) -> None:
    assert held(COLUMN, given, row) == name


def test_it_must_explain_more_than_chance_would() -> None:
    # a figure that is 40 units off leaves 81 texts as near; two of them show one value
    two = [verdict("one", "differs"), verdict("two two", "differs"), verdict("three", "rounds")]
    everything = {"one", "two two", "three"}
    chance = Fraction(2, 81) ** 2
    assert held(two, everything, prior=chance * MARGIN) == "all 3 figures of T"
    assert held(two, everything, prior=chance * MARGIN * Fraction(99, 100)) == ""
    # one figure alone, among any number that agree
    one = [verdict("one", "differs"), *(verdict("r" * i, "rounds") for i in range(1, 9))]
    assert held(one, {v.figure.row for v in one}, prior=Fraction(1, 10)) == ""
    # near misses are cheap
    near = [verdict("one", "differs", off=1), verdict("two two", "differs", off=1)]
    assert held(near, {"one", "two two"}) == ""


def test_copies_of_one_figure_count_once() -> None:
    one = verdict("one", "differs")
    copies = [one, *(one._replace(figure=one.figure._replace(row=f"one{i}")) for i in range(5))]
    assert held(copies, {v.figure.row for v in copies}, prior=Fraction(1, 10)) == ""


def test_what_is_only_passed_on_is_not_explained() -> None:
    rows = {v.figure.row for v in COLUMN}
    assert held(COLUMN, rows, explained={"one"}, prior=Fraction(1, 8)) == ""
    both = {"one", "two two"}
    assert held(COLUMN, rows, explained=both, prior=Fraction(1, 8)) == "all 5 figures of T"


def test_one_figure_of_a_large_group_may_be_misprinted_besides() -> None:
    column = [verdict("r" * i, "differs") for i in range(1, 8)]
    given = {v.figure.row for v in column[:6]}
    said = "all 7 figures of T but rrrrrrr"
    assert held(column, given, slip=True) == said
    assert held(column, given) == ""
    # a figure that agrees is no misprint, one of another network no exception
    assert held([*column[:6], verdict("r" * 7, "rounds")], given, slip=True) == ""
    other = verdict("r" * 7, "differs", "b")
    assert held([*column[:6], other], given, slip=True) == "all 6 rows of T on a"


def wrong(text: str) -> dict[tuple[str, str], Verdict]:
    """The verdicts that differ, by table and row."""
    report = check_papers([read_claims(text)])
    found = [v for v in report.verdicts if v.verdict == "differs"]
    return {(v.figure.table, v.figure.row): v for v in found}


def table(name: str, figures: dict[str, str], classes: int, metric: str = "params M") -> str:
    rows = "\n".join(f"  - [{alpha}, '{printed}']" for alpha, printed in figures.items())
    return (
        f"- table: {name}\n  spec: mobilenet-v1\n  at: {{classes: {classes}}}\n"
        f"  columns: [alpha, {metric}]\n  rows:\n{rows}\n"
    )


PAIRS = [(32, 64), (64, 128), (128, 128), (128, 256), (256, 256), (256, 512)]
PAIRS += [*5 * [(512, 512)], (512, 1024), (1024, 1024)]
ALPHAS = ("1", "0.75", "0.5", "0.25")


def weights(classes: int) -> dict[str, float]:
    """Millions of weights of MobileNet V1 (Howard et al. 2017, Table 1) by α."""
    found = {}
    for text in ALPHAS:
        alpha = float(text)
        pairs = sum(9 * alpha * m + alpha * m * alpha * n for m, n in PAIRS)
        found[text] = (27 * 32 * alpha + pairs + 1024 * alpha * classes) / 10**6
    return found


def printed(figures: dict[str, float]) -> dict[str, str]:
    return {alpha: f"{value:.4f}" for alpha, value in figures.items()}


TEN = printed(weights(10))


def test_the_made_up_tables_are_right_to_begin_with() -> None:
    hundred = printed(weights(100))
    assert hundred["1"] == f"{(4_209_088 - 900 * 1024) / 10**6:.4f}"
    assert wrong("tables:\n" + table("A", TEN, 10) + table("B", hundred, 100)) == {}


@pytest.mark.parametrize(
    ("more", "cause"),
    [
        # 102,400·α more, although the figures for ten classes hold 10,240·α already
        (1024 * 100, "the figure of A plus the classifier"),
        # 27·32·α weights more than A prints; the count has 1024·90·α more
        (27 * 32, "the figure of A plus its first layer once more"),
    ],
)
def test_a_table_made_from_another_by_adding_a_layer(more: int, cause: str) -> None:
    made = printed({a: float(TEN[a]) + more * float(a) / 10**6 for a in ALPHAS})
    found = wrong("tables:\n" + table("A", TEN, 10) + table("B", made, 100))
    assert len(found) == 4
    for verdict in found.values():
        explained = verdict.explained
        assert explained is not None
        assert (explained.text, explained.holds) == (cause, "all 4 figures of B")


def test_a_slip_is_handed_down_to_a_later_table_but_explains_no_earlier_one() -> None:
    slipped = TEN | {"0.5": TEN["0.5"].replace("0.8", "0.6")}
    assert slipped != TEN
    carried = printed(weights(100) | {"0.5": weights(100)["0.5"] - 0.2})
    found = wrong("tables:\n" + table("A", slipped, 10) + table("B", carried, 100))
    first, later = found["A", "alpha=0.5"], found["B", "alpha=0.5"]
    assert first.diagnosis[0].text == f"one digit is wrong: {slipped['0.5']} for {TEN['0.5']}"
    assert not [h for h in first.diagnosis if h.kind == "other table"]
    assert later.explained is not None
    assert later.explained.text == "the figure of A plus what the counts differ by"
    assert later.explained.holds == "all 4 figures of B"


def work(classes: int) -> dict[str, float]:
    """Millions of Mult-Adds of MobileNet V1 by α, from those for 1000 classes."""
    thousand = {"1": 568_740_352, "0.75": 325_400_448, "0.5": 149_497_088, "0.25": 41_030_272}
    return {a: (n - 1024 * float(a) * (1000 - classes)) / 10**6 for a, n in thousand.items()}


def test_a_slip_of_another_table_is_found_again() -> None:
    # without the first layer, 10,838,016·α: the whole of A, and one row of B
    first_layer = {a: 112 * 112 * 27 * 32 * float(a) / 10**6 for a in ALPHAS}
    bare = {a: f"{work(10)[a] - first_layer[a]:.2f}" for a in ALPHAS}
    hundred = {a: f"{work(100)[a]:.0f}" for a in ALPHAS}
    slipped = hundred | {"1": f"{work(100)['1'] - first_layer['1']:.0f}"}
    metric = "mult_adds M"
    tables = table("A", bare, 10, metric) + table("B", slipped, 100, metric)
    found = wrong("tables:\n" + tables)
    assert len(found) == 5
    first = found["B", "alpha=1"].diagnosis[0]
    assert first.text == "the first layer is left out, which also gives all 4 figures of A"
    assert not first.holds
    # without A nothing speaks for it
    (alone,) = wrong("tables:\n" + table("B", slipped, 100, metric)).values()
    assert not [h for h in alone.diagnosis if h.kind == "one layer"]


DEPTHS = """
tables:
- table: T
  columns: [row, spec, at, depth, params M, mult_adds M]
  rows:
  - [ResNet-20,  cifar-resnet,    {n: 3},   20,  %s, %s]
  - [ResNet-110, cifar-resnet,    {n: 18},  110, %s, %s]
  - [Pre-164,    cifar-preresnet, {n: 18},  164, %s, %s]
"""


def basic(n: int) -> tuple[str, str]:
    """Millions of weights and Mult-Adds of the (6n + 2)-layer ResNet for CIFAR-10 with
    parameter-free shortcuts (He et al. 2015, section 4.2)."""
    convolutions = [(32 * 32, 9 * 3 * 16), (1, 64 * 10)]
    for side, width in ((32, 16), (16, 32), (8, 64)):
        into = max(width // 2, 16)
        convolutions.append((side * side, 9 * into * width))
        convolutions.append((side * side, (2 * n - 1) * 9 * width * width))
    params = sum(w for _, w in convolutions)
    work = sum(area * w for area, w in convolutions)
    return f"{params / 10**6:.3f}", f"{work / 10**6:.2f}"


def test_a_row_counted_as_another_network_of_its_depth() -> None:
    # 164 layers of basic blocks are 6·27 + 2; of bottlenecks 9·18 + 2
    found = wrong(DEPTHS % (*basic(3), *basic(18), *basic(27)))
    assert set(found) == {("T", "Pre-164")}
    explained = found["T", "Pre-164"].explained
    assert explained is not None
    assert explained.text == "the value of cifar-resnet at n = 27, 164 layers"
    assert explained.holds == "all costs of row Pre-164"


def test_a_sentence_with_one_figure_for_two_things() -> None:
    claims = """
statements:
- claim: both
  text: "half the width saves 74 % of either"
  kind: reduction %
  figures: {mult_adds: 74, params: 74}
  of: {spec: mobilenet-v1, at: {alpha: 1/2}}
  against: {spec: mobilenet-v1}
"""
    # 1 − 149,497,088 / 568,740,352 is 0.737; 1 − 1,319,648 / 4,209,088 is 0.686
    (verdict,) = wrong(claims).values()
    first = verdict.diagnosis[0]
    assert verdict.figure.metric == "params"
    assert (first.text, first.holds) == (
        "one figure is printed for both, that of mult_adds",
        "both figures of the sentence",
    )
