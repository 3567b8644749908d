"""One round of a repetition, and what is the same before and after it where rounds are alike."""

from __future__ import annotations

from collections.abc import Callable

from costcalc.algebra.numbers import Number
from costcalc.graph.construction import Construction, Mark
from costcalc.graph.layers import FeatureMap
from costcalc.graph.terms import FOLDING
from costcalc.operators import Shape

#: One round: its number (a polynomial while a sum is sought) and the map that arrives.
Round = Callable[[Number, FeatureMap | None], FeatureMap | None]


def state(made: Construction, x: FeatureMap | None) -> tuple[object, ...]:
    """What must be the same before and after a round that is one of several alike."""
    return (x and x.shape, shapes(made), made.sharing.state())


def shapes(made: Construction) -> dict[str, Shape | None]:
    """Those of all names; None where a problem made it unknown."""
    return {name: x and x.shape for name, x in made.named.items()}


def fold_alike(
    made: Construction, began: Mark, once: Round, x: FeatureMap, y: FeatureMap, i: int = -1
) -> bool:
    """Whether a round, which ``began`` there and gave ``y`` from ``x``, folds the same BNs when
    ``y`` arrives.

    What a map absorbs may hang on rows that exist at some bindings only; then rounds are tried.
    """
    if x.usually != y.usually:
        return False
    if x.absorbs == y.absorbs or not any(
        layer.operator == "bn" for layer in made.layers[began.layers :]
    ):
        return True
    start = made.mark()
    kept = []
    for arriving in (x, x._replace(absorbs=y.absorbs)):
        once(i, arriving)
        terms = (layer.terms for layer in made.layers[start.layers :])
        kept.append([[one.amount(tag) for tag in FOLDING] for one in terms])
        made.restore(start)
    return kept[:1] == kept[1:]
