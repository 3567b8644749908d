"""What the two searches share: how far values are looked at, and what is not known then.

Both have the same shape: :meth:`fitting`, :meth:`smallest` and :meth:`after` where the closed form
proves that costs rise; :meth:`top` and :meth:`falling` where it does not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from costcalc.design_space.solve.steps import Exact, Steps
from costcalc.design_space.sweep.structure import Costs
from costcalc.errors import CostcalcError

#: Values looked at one by one where no proof shortens the search.
MAX_SCAN = 20_000
#: And where a graph is built for each: without a closed form, or where no network exists.
MAX_BUILT = 5_000

#: Whether costs are beyond a budget.
Over: TypeAlias = Callable[[Costs[Exact]], bool]


class NotKnown(CostcalcError):
    """A search that nothing ends was cut off."""


def not_known(steps: Steps, reason: str) -> NotKnown:
    """The error that says which search it was, and why it ended."""
    message = f"which {steps.name} is the largest within the budgets is not known"
    return NotKnown(f"{message}: {reason}", "--choices or --multiple")
