"""Why a printed figure differs: what may have happened between the count and the page.

The causes are listed in :mod:`costcalc.papers.diagnosis.causes`. A hypothesis must give the
printed digits exactly. Its weight is its cause's prior over the number of its kind that were
tried. One that holds for a group of printed figures pays once for all that it explains: the k-th
root of its weight is what each of them pays. Nothing that fits is a finding too, and is said.
"""
