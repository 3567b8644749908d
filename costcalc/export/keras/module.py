"""A Python file with a network, for the functional interface of Keras 3."""

from __future__ import annotations

from textwrap import indent

from costcalc.export.keras.code import Code
from costcalc.export.keras.layers import WRITERS
from costcalc.export.python import title
from costcalc.export.rows import write
from costcalc.graph.layers import Graph

LEARNED = '''
@keras.saving.register_keras_serializable("costcalc")
class Learned(layers.Layer):
    """A map that is learned; what arrives says how many of it there are."""

    def __init__(self, sizes, initializer="zeros", **given):
        super().__init__(**given)
        self.sizes, self.initializer = tuple(sizes), initializer

    def build(self, shape):
        shape = (1, *self.sizes)
        self.map = self.add_weight(shape=shape, initializer=self.initializer, name="map")

    def call(self, x):
        return ops.broadcast_to(self.map, (ops.shape(x)[0], *self.sizes))

    def get_config(self):
        own = {"sizes": self.sizes, "initializer": self.initializer}
        return {**super().get_config(), **own}

'''


def module(graph: Graph) -> str:
    """The file of a fully bound, unrolled graph: a function ``network`` that gives a
    ``keras.Model``.

    :raises CostcalcError: rows that Keras has nothing for, all of them.
    """
    code = Code(graph)
    write(graph, code, WRITERS, "Keras")
    body = indent("\n".join(code.lines()), "    ")
    learned = LEARNED if "Learned(" in body else ""
    names = "layers, ops" if "ops." in body or learned else "layers"
    heads = f'"""{title(graph, channels="last")}"""\n\nimport keras\nfrom keras import {names}\n'
    return f"{heads}\n{learned}\ndef network():\n{body}\n"
