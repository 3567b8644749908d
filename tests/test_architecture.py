"""The house: what stands at the root, which room may import which, and where libraries are used."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from configparser import ConfigParser
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import costcalc as cc

PACKAGE = Path(cc.__file__).parent

#: Rooms from the ground up: a room may import only what stands before it. ``__init__`` is the
#: public API.
ROOMS = (
    "version",
    "errors",
    "algebra",
    "source",
    "operators",
    "language",
    "exchange",
    "graph",
    "conventions",
    "hardware",
    "timing",
    "analysis",
    "design_space",
    "papers",
    "review",
    "explorer",
    "export",
    "network",
    "models",
    "report",
    "__init__",
    "cli",
    "__main__",
)

#: Where each library that is not Python's own may be imported.
LIBRARIES = {
    "yaml": ("source.reader",),
    "click": ("cli",),
    "rich": ("report.formats.terminal",),
    "sympy": ("algebra.symbolic", "analysis", "papers.verify"),
    "numpy": (
        "exchange.onnx",
        "export",
        "design_space.sweep",
        "report.formats.parquet",
        "report.formats.plots",
    ),
    "pandas": tuple(f"design_space.sweep.{name}" for name in ("frames", "result", "run")),
    "typing_extensions": ("algebra.numbers",),
    "pyarrow": ("report.formats.parquet",),
    "torch": ("exchange.torch.modules", "exchange.torch.running"),
    "onnxruntime": ("export.measuring",),
    "onnx": ("exchange.onnx", "export.onnx"),
    "tflite": ("exchange.tflite", "export.tflite"),
    "flatbuffers": ("export.tflite",),
    "h5py": ("exchange.keras",),
    "google": ("exchange.onnx",),
    "matplotlib": ("report.formats.plots",),
}


def name_of(path: Path) -> str:
    """A module by its path from the package: ``graph.build``, ``papers``, ``__init__``."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    if len(parts) > 1 and parts[-1] == "__init__":
        parts = parts[:-1]
    return ".".join(parts)


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imported(path: Path) -> Iterator[str]:
    """Every name that a module imports, inside functions and for types too, as ``package.name``."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports by dots"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own(name: str) -> str | None:
    """The module of the package that an imported name is, or stands in."""
    package, _, rest = name.partition(".")
    if package != "costcalc":
        return None
    while rest and rest not in MODULES:
        rest = rest.rpartition(".")[0]
    return rest or "__init__"


GRAPH = {
    module: {found for name in imported(path) if (found := own(name)) not in (None, module)}
    for module, path in MODULES.items()
}


def room(module: str) -> str:
    return module.partition(".")[0]


def test_nothing_else_stands_at_the_root() -> None:
    entries = {p.name for p in PACKAGE.iterdir() if p.name != "__pycache__"}
    modules = {"__init__.py", "__main__.py", "errors.py", "network.py", "py.typed"}
    modules.add("version.py")
    folders = set(ROOMS) - {name.removesuffix(".py") for name in modules}
    assert entries - {"specs"} == modules | folders


def test_every_folder_is_installed() -> None:
    """The wheel has the packages that are listed, and no others."""
    settings = ConfigParser()
    settings.read(PACKAGE.parent / "setup.cfg")
    folders = {PACKAGE, *(path.parent for path in MODULES.values()), PACKAGE / "specs"}
    names = [".".join(folder.relative_to(PACKAGE.parent).parts) for folder in folders]
    assert settings["options"]["packages"].split() == sorted(names)


def test_each_room_imports_only_those_before_it() -> None:
    upward = {
        (module, other)
        for module, others in GRAPH.items()
        for other in others
        if ROOMS.index(room(other)) > ROOMS.index(room(module))
    }
    assert upward == set()


def test_no_modules_import_each_other_in_a_circle() -> None:
    try:
        TopologicalSorter(GRAPH).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def test_libraries_are_imported_where_they_belong() -> None:
    for module, path in MODULES.items():
        for name in imported(path):
            library = name.partition(".")[0]
            if library == "costcalc" or library in sys.stdlib_module_names:
                continue
            places = LIBRARIES.get(library, ())
            assert any(f"{module}.".startswith(f"{place}.") for place in places), (module, library)


def test_no_two_test_modules_are_called_alike() -> None:
    """pytest imports them by their names alone, and collects none if two are the same."""
    tests = Path(__file__).parent
    names = Counter(path.name for path in tests.rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []
