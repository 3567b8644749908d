"""What papers print of the costs of networks, each with its verdict."""

from __future__ import annotations

from collections.abc import Collection

from costcalc.graph.selection import Target
from costcalc.language import library
from costcalc.papers.claims.claims import COSTS, Figure
from costcalc.papers.claims.reading import read_paper
from costcalc.papers.run import check_papers, find_paper
from costcalc.papers.verify.verdicts import Verdict


def published(networks: Collection[str]) -> dict[str, tuple[Verdict, ...]]:
    """The verdicts on the Mult-Adds and parameters that the shipped papers print of shipped
    networks, as ``costcalc check`` has them. The binding of each is ``figure.of[0].at``, what else
    the row prints (accuracy) ``figure.info``."""
    read = (read_paper(find_paper(name)) for name in library.claim_names())
    papers = [p for p in read if any(network_of(figure) in networks for figure in p.figures)]
    verdicts = check_papers(papers).verdicts if papers else ()
    return {name: tuple(v for v in verdicts if network_of(v.figure) == name) for name in networks}


def network_of(figure: Figure) -> str:
    """The network whose cost a figure states; nothing where it is of a part, or of several."""
    if figure.metric not in COSTS or figure.kind != "value" or len(figure.of) != 1:
        return ""
    (target,) = figure.of
    return target.spec if target == Target(target.place, target.spec, target.at) else ""
