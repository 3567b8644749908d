"""Every operator of the layer tables, one function each.

Importing the package registers them in :data:`OPERATORS`.
"""

from costcalc.operators import (
    convolution,
    elementwise,
    learned,
    normalisation,
    pooling,
    recurrent,
    reshaping,
    tokens,
)
from costcalc.operators.registry import OPERATORS, Guard, Mismatch, Operator, Output, Shape

__all__ = ["OPERATORS", "Guard", "Mismatch", "Operator", "Output", "Shape"]

#: The modules that hold the operators, in the order in which they are listed.
FAMILIES = (
    convolution,
    pooling,
    normalisation,
    elementwise,
    learned,
    recurrent,
    reshaping,
    tokens,
)
