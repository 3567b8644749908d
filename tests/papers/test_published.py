"""What the shipped papers print of a network's costs."""

from __future__ import annotations

import costcalc as cc
from costcalc.papers.published import published


def test_the_figures_of_a_network_are_those_of_check() -> None:
    """002 prints costs of FD-MobileNet twice: in Table 2, with accuracies, and in Table 4. Those of
    its parts, in Table 1, are no costs of the network."""
    found = published(["fd-mobilenet", "vgg-16"])
    assert found["vgg-16"] == ()  # no paper prints it
    verdicts = found["fd-mobilenet"]
    assert {v.figure.of[0].spec for v in verdicts} == {"fd-mobilenet"}
    checked = cc.check(["002"]).verdicts
    assert all(verdict in checked for verdict in verdicts)
    told = [(v.figure.table, v.figure.printed, v.shown, v.verdict) for v in verdicts]
    assert told == [
        (table, millions, millions, "rounds")
        for table in ("Table 2", "Table 4")
        for millions in ("144", "40", "12")
    ]
    half = verdicts[1].figure
    assert (half.of[0].at, half.info) == ({"alpha": "0.5"}, {"accuracy %": "56.2"})
