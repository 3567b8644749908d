"""The causes of misprints by where they show, in the order in which they are tried.

Nothing here knows a paper. A cause says in its own module how likely it is before anything is seen;
that is a rule of thumb, not fitted to any paper.
"""

from __future__ import annotations

from costcalc.papers.diagnosis.causes import counting, digits, rows, sentences, structure, subjects

#: Other counts of a column of costs.
COUNTS = (
    counting.double,
    counting.classifier,
    subjects.other_classes,
    subjects.other_parameters,
    subjects.other_networks,
    counting.conventions,
    counting.one_layer,
    counting.rounded_up,
    counting.offset,
    rows.other_tables,
    subjects.at_printed_depth,  # asked for what nothing above explains
)
#: What may have happened to one figure of such a column.
FIGURES = (rows.other_rows, rows.same_row_elsewhere, digits.slipped, digits.slipped_after)
#: What may have happened to a figure in a sentence.
SENTENCES = (
    sentences.same_figure,
    sentences.from_table,
    sentences.compared_otherwise,
    subjects.classes_of_sentence,
    digits.slipped_in_sentence,
    counting.rounded_up_in_sentence,
)
#: What may have happened to a printed depth, and to a cell of a layer table.
DEPTHS = (structure.depths,)
CELLS = (structure.stride, structure.factor)
