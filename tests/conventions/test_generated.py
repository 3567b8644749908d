"""The table of all conventions in the documents is the one that the tool prints."""

from __future__ import annotations

from generated import PAGE, renewed

import costcalc as cc


def test_the_table_in_the_documents_is_not_stale() -> None:
    page = PAGE.read_text()
    assert renewed(page) == page, "python tests/conventions/generated.py renews it"


def test_a_stale_table_would_be_seen() -> None:
    page = PAGE.read_text()
    stale = page.replace("bn element × 4", "bn element × 3", 1)
    assert stale != page
    assert renewed(stale) == page


def test_every_convention_is_in_the_table() -> None:
    page = PAGE.read_text()
    for name in cc.all_conventions():
        assert f"| {name} |" in page
