"""What papers print, held against the model: reading, judging, and why a figure differs.

>>> from costcalc.papers.run import check
>>> report = check(["002"], table="Table 1")
>>> report.verdicts[0].figure.printed, report.verdicts[0].verdict
('10.8', 'rounds')
"""
