"""The blocks that rows of layer tables name, and what such a row is in a spec. Their own layers are
those of the files that ship, copied so that they can be changed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from costcalc.language import library
from costcalc.source.files import read_bytes


class Block(NamedTuple):
    """A block: what it is called in which file, its arguments as rows give them (``n`` and ``s``
    are repetitions and the first one's stride where it takes none), and what tables do not say."""

    name: str
    file: str
    arguments: tuple[str, ...]
    silent: str
    channels: str = "exact"
    activation: str = "relu"


#: By the operators of steps.
BLOCKS = {
    "bottleneck": Block(
        "bottleneck",
        "inverted-residual",
        ("t", "c", "n", "s"),
        "the layers of a bottleneck",
        "divisible(8)",
        "relu6",
    ),
    "bneck": Block(
        "bneck",
        "bneck",
        ("k", "exp", "c", "SE", "NL", "s"),
        "the layers of a bneck, and what squeeze-and-excite keeps (1/4)",
        "divisible(8)",
        "hswish",
    ),
    "mbconv": Block(
        "mbconv",
        "mbconv",
        ("t", "k", "c"),
        "the layers of an MBConv, and what squeeze-and-excite keeps (1/4)",
        "divisible(8)",
        "swish",
    ),
    "basic": Block(
        "basic", "residual", ("c",), "that brackets are residual blocks, and their shortcuts"
    ),
    "residual bottleneck": Block(
        "bottleneck",
        "residual",
        ("w", "c"),
        "that brackets are residual blocks, their shortcuts, and which layer has the stride",
    ),
}


def block_text(block: Block) -> list[str]:
    """The lines of a block, and of the blocks of its file that it calls."""
    path = library.BLOCKS / f"{block.file}.yaml"
    _, _, text = read_bytes(path).decode().partition("\nblocks:\n")
    bodies: Mapping[str, str] = {
        found[2]: found[0].rstrip("\n")
        for found in re.finditer(r"((?:  #.*\n)*)  (\w+):.*\n(?:(?:   .*)?\n)*", f"{text}\n")
    }
    wanted, lines = [block.name], []
    for name in wanted:
        lines += bodies[name].splitlines()
        called = [other for other in bodies if re.search(rf"\{{{other}:", bodies[name])]
        wanted += [other for other in called if other not in wanted]
    return lines
