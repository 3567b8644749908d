"""What the headings of printed tables mean: a parameter of the network, a cost with its unit, or
something that rides along. The words are data; what they do not settle is not guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from costcalc.language.parameters import Parameter

PARAMETER, METRIC, INFORMATION = "parameter", "metric", "information"
#: Why a column rides along of which nothing is known.
STRANGE = "is no parameter and no cost"

_PREFIX = r"(?:(?P<{}>[kmgbt])[- ]?)?"
#: What the costs are called.
_METRICS = {
    "mult_adds": r"mult(?:i|iply|iplication)?s?[-_ ]?(?:and[- ])?(?:add(?:ition)?|accumulate)s?"
    rf"|{_PREFIX.format('flops')}(?:flops?|maccs?|macs?|ops|m-?adds?)",
    "params": rf"#?{_PREFIX.format('weights')}param(?:eter)?s?|weights|model size(?= ?[(\[]m[)\]])",
}
_METRICS = {name: rf"(?<![a-z])(?:{words})(?![a-z])" for name, words in _METRICS.items()}
#: ``Depth`` alone may count what each library calls a layer, or be a coefficient.
_DEPTH = re.compile(r"(?:#|number of |no\. of |num )? ?layers")
_UNITS = {
    "M": r"millions?|mil\.?|m|(?:[×x] ?)?10(?:\^ ?6|⁶)",
    "B": r"billions?|g|b|bn|giga|(?:[×x] ?)?10(?:\^ ?9|⁹)",
    "K": r"thousands?|k|(?:[×x] ?)?10(?:\^ ?3|³)",
}
#: What makes another thing of a cost: a share, a rate, a saving.
_OTHERWISE = re.compile(
    r"%|percent|share|ratio|drop|reduc|sav|prun|↓|speed|/ ?(?:s|w|j)\b|per |efficiency", re.I
)
_INFORMATION = re.compile(r"acc|top.?[15]|error|\bmap\b|latency", re.I)
#: What TensorFlow calls α; δ is one too.
_DEPTH_MULTIPLIER = "depth mult(?:iplier)?|dm"
#: What the parameters that all specs may use are called, beside their names and letters.
_PARAMETERS = {
    "delta": _DEPTH_MULTIPLIER,
    "alpha": r"(?:width|channels?)(?: ?(?:mult|multiplier|factor|coefficient|scale))?|multiplier"
    rf"|{_DEPTH_MULTIPLIER}",
    "resolution": r"(?:(?:input|image|img|test|eval) ?)?(?:res|r|resolution|size)|input|image",
    "rho": r"resolution multiplier",
}


class Column(NamedTuple):
    """What a column holds. ``name`` is the parameter, the metric or a name of its own; ``unit`` is
    that of the heading; ``reason`` says why a column only rides along."""

    kind: str
    name: str
    unit: str = ""
    reason: str = ""


def column(heading: str, parameters: Mapping[str, Parameter]) -> Column:
    """What stands below a heading of a table on networks with these parameters."""
    lowered = _unmarked(heading)
    name = parameter(heading, parameters)
    if name:
        return Column(PARAMETER, name)
    words = re.sub(r"[^A-Za-z0-9]+", " ", heading).strip()
    if _DEPTH.fullmatch(lowered):
        return Column(METRIC, "depth")
    for metric, pattern in _METRICS.items():
        found = re.search(pattern, lowered)
        if found and _OTHERWISE.search(lowered):
            return Column(INFORMATION, f"other {words}", reason="is no amount")
        if found:
            unit, strange = _unit(found, lowered)
            if strange:
                strange = heading[lowered.find(strange) :][: len(strange)]
                reason = f"has the unit {strange!r}, which is none of (K), (M), (B), (G)"
                return Column(INFORMATION, f"other {words}", reason=reason)
            return Column(METRIC, metric, unit)
    if _INFORMATION.search(heading):
        return Column(INFORMATION, f"accuracy {words}")
    return Column(INFORMATION, f"other {words}", reason=STRANGE)


def parameter(heading: str, parameters: Mapping[str, Parameter]) -> str:
    """The parameter that a heading names: by its own name, its letter, or what it is called; or
    the lowest of several headings above each other."""
    lowest, lowered = heading.rpartition(" / ")[2], _lowest(heading)
    for spelled in (lowest, lowered):
        for name, parameter in parameters.items():
            if spelled in (name, parameter.symbol, name.replace("_", " ")):
                return name
    for name, words in _PARAMETERS.items():
        if name in parameters and re.fullmatch(words, _called(heading)):
            return name
    return ""


def is_depth_multiplier(heading: str) -> bool:
    """Whether it is a word for two parameters."""
    return re.fullmatch(_DEPTH_MULTIPLIER, _called(heading)) is not None


def _unmarked(heading: str) -> str:
    return re.sub(r"[†‡§*¹]+$", "", heading.lower()).strip()


def _lowest(heading: str) -> str:
    return _unmarked(heading.rpartition(" / ")[2])


def _called(heading: str) -> str:
    """The words of the lowest of several headings, without what joins or measures them."""
    words = re.sub(r"\((?:px|pixels?|×|x)\)", "", _lowest(heading))
    return re.sub(r"[-_.]", " ", words).strip().removeprefix("#").strip()


def _unit(found: re.Match[str], lowered: str) -> tuple[str, str]:
    """The unit of a cost, and what stands in brackets in place of one that is known."""
    prefix = next((part for part in found.groups() if part), "")
    rest = f"{lowered[: found.start()]} {lowered[found.end() :]}"
    said = re.findall(r"[(\[]([^)\]]*)[)\]]", rest)
    for unit, words in _UNITS.items():
        if re.fullmatch(words, prefix) or re.search(rf"(?<![\w.])(?:{words})(?!\w)", rest):
            return unit, ""
    return "", next(filter(None, (part.strip() for part in said)), prefix)
