"""The library as its documentation uses it, and the architecture it promises."""

from __future__ import annotations

import ast
import doctest
from pathlib import Path

import pytest

import costcalc as cc

PACKAGE = Path(cc.__file__).parent

#: From the ground up: a module may import from rooms to its left, or from its own.
ROOMS = [
    ["errors"],
    ["algebra"],
    ["polynomial"],
    ["values", "ledger", "marked", "series"],
    ["compiler", "expressions"],
    ["parameters", "amounts", "kinds", "symbolic", "coding"],
    ["windows"],
    ["fields"],
    ["operators", "notation", "shipped", "rounds"],
    ["spec", "rounding"],
    ["convention", "composing", "layers"],
    ["weights", "recorder"],
    ["convention_file", "repetition"],
    ["graph", "conventions"],
    ["notes"],
    ["counting", "conditions", "layer_table"],
    ["closed_form", "survey"],
    ["explaining"],
]


def imports_of(path: Path) -> set[str]:
    """The rooms of costcalc that a module imports when it is imported itself."""
    found = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("costcalc"):
            parts = (node.module or "").split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
    return found


def test_imports_point_one_way() -> None:
    level = {name: i for i, names in enumerate(ROOMS) for name in names}
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if room in level:
            for other in imports_of(path) - {room}:
                assert level.get(other, 99) <= level[room], f"{path.name} imports {other}"


@pytest.mark.parametrize(
    ("library", "rooms"),
    [
        ("yaml", {"spec/reader.py"}),
        ("click", {"cli"}),
        ("sympy", {"symbolic.py", "checking", "solving/roots.py"}),
        ("rich", {"report/terminal.py"}),
    ],
)
def test_each_library_is_imported_in_one_room(library: str, rooms: set[str]) -> None:
    for path in PACKAGE.rglob("*.py"):
        place = str(path.relative_to(PACKAGE))
        tree = ast.parse(path.read_text())
        top = [n for n in tree.body if isinstance(n, (ast.Import, ast.ImportFrom))]
        names = {a.name for n in top if isinstance(n, ast.Import) for a in n.names}
        names |= {n.module or "" for n in top if isinstance(n, ast.ImportFrom)}
        if any(name.split(".")[0] == library for name in names):
            assert place in rooms or place.split("/")[0] in rooms, place


def test_the_docstring_s_example() -> None:
    result = doctest.testmod(cc)
    assert result.attempted >= 4
    assert result.failed == 0


def test_public_names_exist_and_are_documented() -> None:
    for name in cc.__all__:
        assert getattr(cc, name).__doc__, name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        cc.nothing  # noqa: B018


def test_dir_shows_what_is_public() -> None:
    assert dir(cc) == sorted([*cc.__all__, "__version__"])


def test_results_are_frozen() -> None:
    count = cc.count("mobilenet-v1")
    with pytest.raises(AttributeError):
        count.spec = "other"  # type: ignore[misc]
    assert cc.formula("mobilenet-v1").spec == cc.show("mobilenet-v1").spec == "mobilenet-v1"


def test_integers_of_any_size() -> None:
    net = cc.load("mobilenet-v1")
    big = net.count(alpha=10**5, resolution=10**6)
    assert big.mult_adds > 2**63
    assert (
        big.mult_adds
        == net.formula().at(
            alpha=10**5, resolution=10**6, delta=1, rho=1, classes=1000, rounded=True
        )[0]
    )


def test_a_float_is_refused() -> None:
    with pytest.raises(cc.CostcalcError, match=r"0\.35 is a float"):
        cc.load("mobilenet-v1").count(alpha=0.35)
