"""Where the files that come with costcalc are, in a checkout and in an installed wheel."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent.parent
#: An installed package holds the specs inside; in a checkout they stand beside it.
SPECS = _HERE / "specs" if (_HERE / "specs").is_dir() else _HERE.parent / "specs"
BLOCKS = SPECS / "blocks"
CONVENTIONS = SPECS / "conventions"
CLAIMS = SPECS / "claims"
DEVICES = SPECS / "devices"
ENERGY = SPECS / "energy"


def spec_names() -> list[str]:
    """The names of the shipped networks."""
    return sorted(path.stem for path in SPECS.glob("*.yaml"))


def claim_names() -> list[str]:
    """The papers whose claims are shipped."""
    return sorted(path.stem for path in CLAIMS.glob("*.yaml"))


def device_names() -> list[str]:
    """The names of the shipped devices."""
    return sorted(path.stem for path in DEVICES.glob("*.yaml"))
