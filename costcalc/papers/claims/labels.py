"""Which network a row of a printed table is of, by its label.

A table may print several networks, and a figure that is held against another network than its own
is a false accusation: a row is only held against a network that its label, all of it, means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from typing import NamedTuple

from costcalc.errors import CostcalcError
from costcalc.language import Spec, library
from costcalc.papers.claims.headings import is_depth_multiplier, parameter
from costcalc.papers.claims.targets import load
from costcalc.source.files import is_file

#: Words of a network's name that are no word of a language; no other label names a network.
_FAMILY = re.compile(
    r"[a-z]*(?:net|ception|yolo|vgg|darts|nas|vit|swin|deit|former|convnext|mixer|ssd|igc)"
    r"(?:s|v\d+|[xy])?(?![a-z])"
)
_OURS = re.compile(r"\(?\b(?:ours?|our (?:model|network)|this (?:work|paper)|proposed)\b\)?")
#: References, marks, how torchvision and timm name what a network was trained on, and how exact
#: its numbers are.
_NOISE = re.compile(
    r"\[[\d, ]*\]|[†‡§*]+|\(?\bbaseline\b\)?|_?weights\.imagenet1k_v\d|\.\w*in\d+k\w*"
    r"|(?<![^\W_])(?:float|b?f(?:loat|p)?(?:16|32)|u?int8|8-bit|quant(?:ized)?)(?![^\W_])"
)
#: ``mobilenetv2_140`` of timm, which is no side, and ``_x0_25`` of Paddle.
_HUNDREDTHS = re.compile(r"_(\d)(\d\d)(?![^\W_])|(?<![^\W_])x(\d)_(\d{1,2})(?!\d)")
_NAMED = re.compile(r"([^\W\d_]+) ?= ?(\d+(?:\.\d+)?(?:/\d+)?)(?![\w.=])")  # L=100
_SIDES = re.compile(r"(?<![\d.])(\d{2,4}) ?[×x] ?(\d{2,4})(?![\d.])")
_NUMBER = re.compile(r"[×x]? ?(?<![\d.=])(\d{1,4}(?:\.\d{1,4})?) ?[×x]?(?![a-z\d.])")


class Row(NamedTuple):
    """What a label says: a network, with values that no column prints; or why it says none."""

    spec: str = ""
    at: Mapping[str, str] = {}
    unchecked: str = ""
    label: str = ""


class Others(NamedTuple):
    """What the labels of a table name together: words like networks' names, and whether any is
    known."""

    families: frozenset[str]
    known: bool


class Networks:
    """The networks that a table may print: shipped ones, and those that somebody gives, as
    ``NAME=FILE`` or by a file alone, which is what rows without a network's name are of.

    :raises CostcalcError: one does not exist, or two are given without a name.
    """

    def __init__(self, given: Sequence[str]) -> None:
        self.default = ""
        self.names: dict[str, str] = {}
        for word in given:
            name, equals, spec = word.partition("=")
            if equals and not is_file(word):
                load(spec)
                self.names[name.strip().lower()] = spec
                continue
            if self.default:
                raise CostcalcError(f"{self.default!r} and {word!r} without names", "NAME=FILE")
            self.default = word
            network = load(word).name.lower()
            self.names |= dict.fromkeys((network, network.removesuffix("-v1")), word)
        shipped = [(name, name) for name in library.spec_names()]
        shipped += [(name.removesuffix("-v1"), name) for name, _ in shipped]
        named = [*self.names.items(), *shipped]
        longest = sorted(named, key=lambda item: -len(re.sub(r"[\W_]", "", item[0])))
        self.patterns = [(_pattern(name), spec) for name, spec in longest]

    def called(self, label: str, printed: Iterable[str] = ()) -> tuple[str, str]:
        """The network that a label names, and what else it says; nothing if it names none. A
        shipped one that lacks a parameter of the ``printed`` columns is not meant where the label
        also names one that is given: EfficientNet-B0 in a table with a column of one's own."""
        said = [
            (spec, f"{label[: found.start()]} {label[found.end() :]}")
            for pattern, spec in self.patterns
            if (found := pattern.search(label.lower()))
        ]
        if not said or load(said[0][0]).parameters.keys() >= set(printed):
            return said[0] if said else ("", label)
        return next((one for one in said if one[0] in self.names.values()), said[0])

    def involved(self, labels: Sequence[str]) -> list[Spec]:
        """Those that the rows name, and the one that is given for all."""
        specs = dict.fromkeys([self.default, *(self.called(label)[0] for label in labels)])
        return [load(spec) for spec in specs if spec]

    def among(self, labels: Sequence[str]) -> Others:
        """What the labels of one table name."""
        found = (_FAMILY.search(label.lower()) for label in labels)
        families = frozenset(family[0] for family in found if family)
        return Others(families, any(self.called(label)[0] for label in labels))

    def row(self, label: str, others: Others, printed: Mapping[str, str]) -> Row:
        """What the label of a row says among those of its table; ``printed`` are the values in its
        columns of parameters."""
        spec, rest = self.called(label, printed)
        if not spec:
            return self._unnamed(label, others)
        own = spec not in library.spec_names()
        at, left = _values(rest, load(spec), printed)
        if left and not (own and printed):
            return Row(unchecked=f"nothing says what {left!r} in {label!r} means")
        return Row(spec, at)

    def _unnamed(self, label: str, others: Others) -> Row:
        """A row whose label names no network that is known."""
        family = _FAMILY.search(label.lower())
        own = self.default not in library.spec_names()
        one = not others.known and len(others.families) == 1 and own
        if self.default and (_OURS.search(label.lower()) or (one if family else not others.known)):
            return Row(self.default)
        if not label:
            return Row(unchecked="nothing names the network of this row")
        return Row(unchecked=f"no network that is known is called {label!r}")


def _pattern(name: str) -> re.Pattern[str]:
    """A name however its words are joined: ``MobileNet V2``, ``mobilenet_v2``."""
    joined = r"[\s_-]*".join(re.findall(r"[^\W\d_]+|\d+", name.lower()))
    return re.compile(rf"(?<![^\W_]){joined}(?![^\W_]|\.\d)")


def _values(rest: str, spec: Spec, printed: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """The values that the rest of a label gives to parameters without a column, and what is left:
    ``L=100`` is what it says, ``1.4`` or ``2x`` is α, a multiple of 16 the resolution."""
    at: dict[str, str] = {}
    bound = set()
    for name, value in printed.items():
        with suppress(CostcalcError, KeyError):
            bound.add(spec.parameters[name].bind(value))

    def bind(name: str, value: str, found: re.Match[str]) -> str:
        """What is left of a label where a value was found for a parameter."""
        if name in spec.parameters and name not in {**printed, **at}:
            at[name] = value
            return " "
        return found[0]

    def take(found: re.Match[str]) -> str:
        sides = found.re is _SIDES
        number = Fraction(1 if sides else found[1])
        if not sides and number in bound:
            return " "
        wide = number <= 4 and re.search(r"[.×x]", found[0])  # a width is not 1 or 100 alone
        name = "alpha" if wide else "resolution" if number % 16 == 0 and number >= 64 else ""
        return bind("resolution", found[0].strip(), found) if sides else bind(name, found[1], found)

    def named(found: re.Match[str]) -> str:
        name = parameter(found[1], spec.parameters)
        doubtful = name == "delta" and is_depth_multiplier(found[1])
        return found[0] if doubtful else bind(name, found[2], found)

    rest = _OURS.sub(" ", _NOISE.sub(" ", _NAMED.sub(named, rest).lower()))
    rest = _HUNDREDTHS.sub(_width, rest)
    rest = _NUMBER.sub(take, _SIDES.sub(take, rest))
    return at, rest.strip(" ()@,_/-")


def _width(found: re.Match[str]) -> str:
    """A width in hundredths, or its digits around an underscore, as a number."""
    whole, part = found[1] or found[3], found[2] or found[4]
    side = found[1] and whole != "0" and int(whole + part) % 16 == 0
    return found[0] if side else f" {whole}.{part} "
