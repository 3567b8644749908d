"""Printed figures and formulas of papers, held against the model.

>>> from costcalc.checking import check
>>> report = check(["002"], table="Table 1")
>>> report.verdicts[0].figure.printed, report.verdicts[0].verdict
('10.8', 'rounds')
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from costcalc.checking.claims import Figure, Paper
    from costcalc.checking.reading import read_claims, read_paper
    from costcalc.checking.run import Report, check, check_papers, claim_names
    from costcalc.checking.verdicts import Hypothesis, Verdict

__all__ = [
    "Figure",
    "Hypothesis",
    "Paper",
    "Report",
    "Verdict",
    "check",
    "check_papers",
    "claim_names",
    "read_claims",
    "read_paper",
]

#: Where the names live; reading a name imports its module, importing the package none.
_LAZY = {
    "Figure": "claims",
    "Paper": "claims",
    "Hypothesis": "verdicts",
    "Verdict": "verdicts",
    "Report": "run",
    "check": "run",
    "check_papers": "run",
    "claim_names": "run",
    "read_claims": "reading",
    "read_paper": "reading",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(f"costcalc.checking.{_LAZY[name]}"), name)
    raise AttributeError(f"module 'costcalc.checking' has no attribute {name!r}")
