"""Printed figures and formulas of papers, held against the model.

>>> from costcalc.check import check
>>> report = check(["002"], table="Table 1")
>>> report.verdicts[0].figure.printed, report.verdicts[0].verdict
('10.8', 'rounds')
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from costcalc.check.claims import Figure, Paper
    from costcalc.check.reading import read_claims, read_paper
    from costcalc.check.run import Report, check, check_papers, claim_names
    from costcalc.check.verdicts import Hypothesis, Verdict

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

        return getattr(import_module(f"costcalc.check.{_LAZY[name]}"), name)
    raise AttributeError(f"module 'costcalc.check' has no attribute {name!r}")
