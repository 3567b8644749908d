"""The causes of misprints, one module each, in the order in which they are tried.

Nothing here knows a paper. A cause says in its own module how likely it is before anything is seen;
that is a rule of thumb, not fitted to any paper.
"""

from __future__ import annotations

from costcalc.papers.diagnosis.cause import Cause
from costcalc.papers.diagnosis.causes import (
    binding,
    cells,
    classifier,
    convention,
    digits,
    double,
    layer,
    layers,
    network,
    offset,
    rounding,
    row,
    sentence,
    table,
)

CAUSES: tuple[Cause, ...] = (
    sentence.SAME_FIGURE,
    sentence.PRINTED_TABLE,
    sentence.COMPARISON,
    double.CAUSE,
    classifier.CAUSE,
    binding.CLASSES,
    binding.PARAMETER,
    network.AT_ITS_BINDING,
    convention.CAUSE,
    layer.CAUSE,
    row.OTHER_ROW,
    row.OTHER_TABLE,
    digits.COUNT,
    digits.OTHER_COUNT,
    rounding.CAUSE,
    offset.CAUSE,
    table.CAUSE,
    network.AT_PRINTED_DEPTH,  # asked for what nothing above explains
    layers.CAUSE,
    cells.STRIDE,
    cells.FACTOR,
)
