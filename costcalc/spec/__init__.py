"""From YAML to a frozen :class:`Spec`."""

from costcalc.spec.model import Spec
from costcalc.spec.parser import parse_file, parse_text

__all__ = ["Spec", "parse_file", "parse_text"]
