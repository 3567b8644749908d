"""The file of a page: whole, small, without references, and deaf to what files say."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
from base64 import b64encode
from hashlib import sha256
from html import unescape
from pathlib import Path

import pytest
from conftest import Run, process

import costcalc as cc
from costcalc.explorer.page import SCRIPTS, STYLES, TEMPLATE, Page, inert

NET = cc.load("mobilenet-v1")
#: Texts that a page could take for its own.
EVIL = (
    "</script><script>alert(1)</script><!-- <script> ]]> \"'` & &lt; <img src=x onerror=alert(2)>"
)
HOSTILE = f"""network: evil
title: {json.dumps(EVIL)}
source: {json.dumps(EVIL)}
notes: {json.dumps(EVIL)}
parameters:
  mode: {{default: a, choices: [a, b], meaning: {json.dumps(EVIL)}}}
  n: {{default: 2, meaning: {json.dumps(EVIL)}}}
input: 8x8x3
layers:
- {{conv: 3x3, out: 4*n, group: g_h, name: constructor}}
- {{conv: 1x1, out: 16, when: mode == "b"}}
- {{avgpool: global}}
- {{fc: 10, name: __proto__}}
"""


def script_of(html: str) -> str:
    found = re.search(r'<script type="module">(.*)</script>', html, re.S)
    assert found
    return found[1]


def test_a_page_holds_its_data_and_refers_to_nothing() -> None:
    html = NET.explore().html
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.S)
    assert found and json.loads(found[1]) == NET.explore().to_dict()
    assert html.startswith("<!doctype html>\n") and "{{" not in html
    outside = html.replace(found[1], "").replace(script_of(html), "")
    assert set(re.findall(r'(?:src|href)="([^"]*)"', outside)) == {"#totals", "data:,"}
    assert not re.search(r"@import|url\(|fetch\(|XMLHttp|WebSocket|sendBeacon|import\(", html)


def test_a_browser_runs_the_page_s_script_and_no_other() -> None:
    html = NET.explore().html
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.S)
    digests = [
        f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
        for text in (script_of(html), style)
    ]
    assert policy == (
        f"default-src 'none'; script-src {digests[0]}; style-src {digests[1]}; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def test_the_sizes_of_pages() -> None:
    html = NET.explore().html
    bare = html.replace(inert(NET.explore().data), "")
    assert len(bare.encode()) <= 150_000
    assert len(gzip.compress(bare.encode())) <= 60_000
    assert len(html.encode()) <= 200_000


def test_every_script_is_in_the_page_after_what_it_imports() -> None:
    assert {f"{name}.js" for name in SCRIPTS} == {path.name for path in TEMPLATE.glob("*.js")}
    assert {f"{name}.css" for name in STYLES} == {path.name for path in TEMPLATE.glob("*.css")}
    for place, name in enumerate(SCRIPTS):
        text = (TEMPLATE / f"{name}.js").read_text()
        taken = re.findall(r'^import \{([^}]*)\} from "\./(\w+)\.js";$', text, re.M)
        assert len(taken) == len(re.findall(r"^import\b", text, re.M))
        for names, module in taken:
            assert SCRIPTS.index(module) < place, (name, module)
            given = (TEMPLATE / f"{module}.js").read_text()
            for one in names.split(","):
                assert re.search(rf"^export (?:\w+\*? )+{one.strip()}\b", given, re.M), (name, one)


def test_the_scripts_are_one_that_can_be_read(tmp_path: Path) -> None:
    """No two modules have a name in common, and nothing of another module is left."""
    script = script_of(NET.explore().html)
    assert not re.search(r"^(import|export)\b", script, re.M)
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    (tmp_path / "page.mjs").write_text(script)
    subprocess.run([node, "--check", str(tmp_path / "page.mjs")], check=True)


def test_texts_of_a_file_are_no_markup() -> None:
    page = cc.loads(HOSTILE).explore()
    html = page.html
    assert html.count("<script") == html.count("</script>") == 2
    assert "<!--" not in html and "<img" not in html
    data = re.findall(r'id="data">(.*?)</script>', html, re.S)
    assert json.loads(data[0])["networks"][0]["title"] == EVIL
    assert html.encode().isascii() or not re.search("[\u202a-\u202e\u2066-\u2069]", html)


@pytest.mark.parametrize("sign", ["\u202e", "\u0007", "\u2028"])
def test_texts_that_turn_or_control_what_is_shown_are_refused(sign: str) -> None:
    with pytest.raises(cc.CostcalcError, match="control character"):
        cc.loads(HOSTILE.replace("notes: ", f"notes: a{sign}b # "))


NO_NAMES = {
    ": evil": ": </script>",
    "[a, b]": "[a, </script>]",
    "  n: {": "  </script>: {",
    ": g_h": ": </script>",
    ": constructor": ": </script>",
}


@pytest.mark.parametrize("old", NO_NAMES)
def test_names_and_choices_are_words(old: str) -> None:
    with pytest.raises(cc.CostcalcError, match=r"'</script>' (is not a name|can't name a param)"):
        cc.loads(HOSTILE.replace(old, NO_NAMES[old], 1))


def test_the_name_of_a_file_is_no_markup(tmp_path: Path) -> None:
    file = tmp_path / "<b>'&\".yaml"
    file.write_text("input: 4x4x1\nlayers:\n- {conv: 1x1, out: 1}")
    html = cc.explore(file).html
    assert "<title>&lt;b&gt;&#x27;&amp;&quot; · costcalc</title>" in html
    frame = cc.explore(file)._repr_html_()
    assert frame.count("<") == 2  # the frame's own tag, and its end
    srcdoc = re.search(r'srcdoc="([^"]*)"', frame)
    assert srcdoc and unescape(srcdoc[1]) == html


def test_a_notebook_shows_the_page_in_a_frame_that_may_run_it_only() -> None:
    frame = NET.explore(alpha="1/2")._repr_html_()
    assert 'sandbox="allow-scripts allow-downloads" allow="clipboard-write"' in frame
    assert frame.endswith('style="width: 100%; height: 720px; border: 0"></iframe>')


def test_a_page_starts_where_it_is_asked_to() -> None:
    one, two = cc.explore(["mobilenet-v1@rho=6/7", "vgg-16"], alpha=".5", R=160).data["networks"]
    assert one["start"] == {"rho": "6/7", "alpha": "0.5", "resolution": "160"}
    assert two["start"] == {"resolution": "160"}


REFUSED = {
    "explore unet --claims 002": (
        "no figure of 002 is about a network of the page (they are about fd-mobilenet, "
        "mobilenet-v1, shufflenet-g3)"
    ),
    "explore": "Missing argument 'NETWORKS...'",
    "explore vgg-16 vgg-16": "vgg-16 is named twice (a page has each network once)",
    "explore vgg-16 --alpha 0.5": "vgg-16 has no parameter 'alpha' (known: classes, resolution)",
    "explore vgg-16 -r 0": "resolution: 0 is outside its domain (a positive integer)",
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_has_no_page(run: Run, words: str) -> None:
    found = run(*words.split())
    assert (found.returncode, found.stdout) == (2, "")
    assert REFUSED[words] in found.stderr


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    made = process("explore", "mobilenet-v1", "--convention", "keras", "-o", str(file))
    assert (made.returncode, made.stdout, made.stderr) == (0, "", "")
    assert file.read_text() == NET.explore(convention="keras").html
    again = process("explore", "mobilenet-v1", "-o", str(file))
    assert again.stderr == f"{file} exists (--force overwrites it)\n"


#: A claims file whose every text a page could take for its own.
HOSTILE_CLAIMS = f"""paper: {json.dumps(EVIL)}
tables:
- table: {json.dumps(EVIL)}
  title: {json.dumps(EVIL)}
  spec: SPEC
  expect: {{params: {{{json.dumps(EVIL)}: {json.dumps(EVIL)}}}}}
  columns: [row, {json.dumps("accuracy " + EVIL)}, mult_adds, params]
  rows:
  - [{json.dumps(EVIL)}, 1, 2, 3]
"""


def hostile(folder: Path) -> Page:
    """A page of a network and a paper that are not meant well."""
    spec, paper = folder / "evil.yaml", folder / "paper.yaml"
    spec.write_text(HOSTILE)
    paper.write_text(HOSTILE_CLAIMS.replace("SPEC", str(spec)))
    return cc.explore(spec, claims=paper)


def test_texts_of_claims_are_no_markup(tmp_path: Path) -> None:
    page = hostile(tmp_path)
    assert page.html.count("<script") == page.html.count("</script>") == 2
    assert "<!--" not in page.html and "<img" not in page.html
    (row,) = page.data["published"]
    assert (row["paper"], row["table"], row["row"]) == (EVIL, EVIL, EVIL)
    assert row["params"]["note"] == EVIL and [*row["beside"]] == ["accuracy " + EVIL]


def test_what_papers_print_is_on_the_page() -> None:
    """Table 4 of the paper: its figures, its accuracy, and what each should be."""
    page = cc.explore("ehm-mobilenet", claims="000")
    rows = page.data["published"]
    assert len(rows) == 14
    first = rows[0]
    assert (first["table"], first["row"]) == ("Table 4 CIFAR-10", "delta=1 alpha=1")
    assert first["beside"] == {"accuracy %": "76.7"}
    assert first["at"] == {"classes": "10", "delta": "1", "alpha": "1"}
    assert first["mult_adds"] == {
        "printed": "11.58 M",
        "amount": 11_580_000,
        "computed": cc.count("ehm-mobilenet").mult_adds,
        "should_be": "11.59 M",
        "verdict": "differs",
        "convention": "paper",
        "note": (
            "the count without its classifier, cut off; the CIFAR-100 tables add the one for 100 "
            "classes to it"
        ),
    }
    verdicts = [row[cost]["verdict"] for row in rows for cost in ("mult_adds", "params")]
    told = [v for v in cc.check("000").verdicts if v.figure.table.startswith("Table 4 ")]
    assert verdicts == [v.verdict for v in told]


def test_an_input_has_two_sides() -> None:
    net = cc.loads(
        "network: net\nparameters: {resolution: {default: 32x16, usual: [32x16, 48]}}\n"
        "input: {side: resolution, channels: 3}\nlayers:\n- {conv: 3x3, out: 8*alpha}"
    )
    (network,) = net.explore(R="16x8").data["networks"]
    (side,) = (p for p in network["parameters"] if p["name"] == "resolution")
    assert (side["default"], side["usual"], side["choices"]) == ("32x16", ["32x16", "48"], [])
    assert network["start"] == {"resolution": "16x8"}
    assert [piece["bound"] for piece in network["pieces"]] == [{}]
