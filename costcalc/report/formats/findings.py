"""Findings in the forms that reviews read: SARIF, JUnit, and GitHub's annotations."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote
from xml.etree import ElementTree

from costcalc.errors import Place
from costcalc.version import VERSION

#: Where the schema of SARIF 2.1.0 is published (OASIS).
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
#: GitHub's words for the levels of SARIF.
_GITHUB = {"error": "error", "note": "notice"}


class Finding(NamedTuple):
    """Something that was checked. ``level`` is ``error``, ``note``, or ``none`` where all is well;
    ``rule`` says in a word what was checked, ``about`` of what, and ``name`` which one."""

    rule: str
    about: str
    name: str
    level: str
    message: str
    place: Place


def sarif(findings: Sequence[Finding]) -> str:
    """A log of SARIF 2.1.0: what is not well, each with its place in the file."""
    told = [finding for finding in findings if finding.level != "none"]
    rules = [{"id": rule} for rule in dict.fromkeys(finding.rule for finding in findings)]
    driver = {"name": "costcalc", "version": VERSION, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [
            {
                "ruleId": finding.rule,
                "level": finding.level,
                "message": {"text": f"{finding.about}: {finding.message}"},
                "locations": [{"physicalLocation": _location(finding.place)}],
            }
            for finding in told
        ],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _location(place: Place) -> dict[str, object]:
    path = Path(place.file)
    uri = path.as_uri() if path.is_absolute() else quote(path.as_posix())
    region = {"startLine": place.line, "startColumn": place.column}
    return {"artifactLocation": {"uri": uri}, **({"region": region} if place.line else {})}


def junit(findings: Sequence[Finding]) -> str:
    """A test case for everything that was checked; what is an error is a failure."""
    failed = [finding for finding in findings if finding.level == "error"]
    suite = ElementTree.Element(
        "testsuite", name="costcalc", tests=str(len(findings)), failures=str(len(failed))
    )
    for finding in findings:
        case = ElementTree.SubElement(
            suite, "testcase", classname=finding.about, name=finding.name, file=finding.place.file
        )
        if finding in failed:
            ElementTree.SubElement(case, "failure", message=finding.message)
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, "unicode", xml_declaration=True) + "\n"


def github(findings: Sequence[Finding]) -> str:
    """Workflow commands that put each finding beside its line."""
    lines = []
    for finding in findings:
        if finding.level in _GITHUB:
            file, line, column, _ = finding.place
            where = {"file": file, "line": line, "col": column, "title": finding.name}
            told = ",".join(f"{name}={_escaped(str(v), ':,')}" for name, v in where.items() if v)
            message = _escaped(f"{finding.about}: {finding.message}")
            lines.append(f"::{_GITHUB[finding.level]} {told}::{message}\n")
    return "".join(lines)


def _escaped(text: str, further: str = "") -> str:
    """A text in a workflow command, in which some signs are spelt by their code."""
    for sign in f"%\r\n{further}":
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text


FINDINGS = {"sarif": sarif, "junit": junit, "github": github}
