"""Every operator of the layer tables, one function each.

Importing the package registers them in :data:`OPERATORS`; the merges of branches are in
:data:`MERGES`.
"""

from costcalc.operators import convolution, dense, elementwise, pooling, reshaping
from costcalc.operators.merging import MERGES
from costcalc.operators.registry import OPERATORS, Guard, Mismatch, Operator, Output, Shape

__all__ = ["MERGES", "OPERATORS", "Guard", "Mismatch", "Operator", "Output", "Shape"]

#: The modules that hold the operators, in the order in which they are listed.
FAMILIES = (convolution, pooling, dense, elementwise, reshaping)
