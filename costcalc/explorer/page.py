"""A page of networks: one file that opens anywhere and asks nothing of anybody."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from html import escape
from itertools import chain
from pathlib import Path

from costcalc.algebra.result import Json, Result
from costcalc.conventions.shelf import DEFAULT, Weighing, all_conventions, as_convention
from costcalc.design_space.networks import labels, together
from costcalc.errors import CostcalcError
from costcalc.explorer.data import Start, page_data
from costcalc.graph.loading import Named, Source, named_at, several
from costcalc.language.parameters import Binding, Bound, given

TEMPLATE = Path(__file__).parent / "template"
#: The scripts, each after those that it imports from.
SCRIPTS = (
    *("exact", "network", "words", "elements", "files", "formulas", "state"),
    *("pictures", "curves", "maps", "graph", "table", "published"),
    *("here", "plots", "controls", "sections", "page"),
)
STYLES = ("style", "pictures", "sizes")
#: What a module says to others; the scripts of a page are one.
_IMPORT = re.compile(r"^import [^;]*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export ", re.MULTILINE)
#: How high a page stands in a notebook, in CSS pixels.
HEIGHT = 720


@dataclass(frozen=True, repr=False)
class Page(Result, says="networks convention"):
    """A page of networks; ``data`` is all that it knows, ``html`` the file. In a notebook it is
    shown as it is."""

    networks: tuple[str, ...]
    convention: str
    data: Json

    @property
    def html(self) -> str:
        """The page: one file without references, which opens from anywhere."""
        title = f"{', '.join(self.networks)} · costcalc"
        style, script = style_text(), script_text()
        parts = {
            "title": escape(title),
            "policy": _policy(style, script),
            "style": style,
            "data": inert(self.data),
            "script": script,
        }
        return re.sub(r"\{\{(\w+)\}\}", lambda m: parts[m[1]], template_text("page.html"))

    def to_dict(self) -> Json:
        return self.data

    def _repr_html_(self) -> str:
        """A frame with the page in it, which may run its scripts and nothing else."""
        return (
            f'<iframe srcdoc="{escape(self.html)}" title="{escape(", ".join(self.networks))}" '
            'sandbox="allow-scripts allow-downloads" allow="clipboard-write" '
            f'style="width: 100%; height: {HEIGHT}px; border: 0"></iframe>'
        )


def explore(
    *names: Source | Sequence[Source],
    values: Mapping[str, Bound] | None = None,
    convention: Weighing = DEFAULT,
    claims: str | Path | Sequence[str | Path] = (),
    alpha: Bound | None = None,
    delta: Bound | None = None,
    rho: Bound | None = None,
    resolution: Bound | None = None,
    classes: Bound | None = None,
    **parameters: Bound | None,
) -> Page:
    """A page on which every parameter of some networks can be moved: what ``costcalc explore``
    writes. It starts at the values that are given, which bind all networks that have the parameter;
    a name may carry its own: ``mobilenet-v1@alpha=0.5``. ``claims`` are papers, as ``check`` takes
    them, whose figures of these networks stand beside what they should be.

    :raises CostcalcError: no network, one twice, a bad value, or claims about other
        networks only.
    """
    asked = given(values, alpha, delta, rho, resolution, classes, **parameters)
    chosen = as_convention(convention)
    taken = [named_at(name) for name in chain(*map(several, names))]
    starts = _starts(together(taken, asked))
    data = page_data(starts, {**all_conventions(), chosen.name: chosen}, chosen.name)
    papers = several(claims)
    if papers:
        from costcalc.explorer.published import published

        data["published"] = published(papers, starts)
    return Page(tuple(start.label for start in starts), chosen.name, data)


def _starts(bound: Sequence[tuple[Named, Binding]]) -> list[Start]:
    """Networks with the values that they start at."""
    called = labels(network for network, _ in bound)
    for label in called:
        if called.count(label) > 1:
            raise CostcalcError(f"{label} is named twice", "a page has each network once")
    return [
        Start(label, network.given, network.spec, binding)
        for label, (network, binding) in zip(called, bound, strict=True)
    ]


@cache
def template_text(name: str) -> str:
    """A file of the template."""
    return (TEMPLATE / name).read_text(encoding="utf-8")


@cache
def style_text() -> str:
    """The style sheets as one, each after those that it changes."""
    return "\n".join(template_text(f"{name}.css") for name in STYLES)


@cache
def script_text() -> str:
    """The modules as one script: imports and exports fall away, as every name is in one scope."""
    modules = (template_text(f"{name}.js") for name in SCRIPTS)
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", module)) for module in modules)


def inert(data: object) -> str:
    """JSON in which HTML finds no tag and no comment, whatever the texts of files hold."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return re.sub("[<>&]", lambda found: f"\\u{ord(found[0]):04x}", text)


def _policy(style: str, script: str) -> str:
    """What a browser may do for the page: run its own script, use its own style, and no more."""
    return (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
