"""From YAML to a frozen :class:`Spec`."""

from costcalc.language.model import Spec

__all__ = ["Spec"]
