"""From YAML to a frozen :class:`Spec`."""

from costcalc.language.model import Spec
from costcalc.language.parser import parse_file, parse_text

__all__ = ["Spec", "parse_file", "parse_text"]
