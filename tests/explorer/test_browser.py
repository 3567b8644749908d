"""Pages in a headless Chromium: they open from a file, ask nothing of anybody, and show what
counting gives. Needs the extra ``browser``, and Chromium with its driver from the system."""

from __future__ import annotations

import csv
import json
import shutil
import statistics
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from points import counted, ends, settings
from test_page import EVIL, hostile

import costcalc as cc
from costcalc.graph.build import build

webdriver = pytest.importorskip("selenium.webdriver", reason="no selenium (extra: browser)")
ui = pytest.importorskip("selenium.webdriver.support.ui", reason="no selenium (extra: browser)")
pytestmark = pytest.mark.browser

FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--window-size=1280,900", "--force-prefers-reduced-motion"),  # or it would scroll for long
)
#: Settings of each network: the defaults, and random ones.
POINTS = 50
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    programs = [shutil.which(name) for name in ("chromium", "chromedriver")]
    if None in programs:
        pytest.skip("Chromium and its driver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = programs[0]
    profile = tmp_path_factory.mktemp("profile")
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    made = webdriver.Chrome(options=options, service=webdriver.ChromeService(programs[1]))
    made.set_script_timeout(120)
    yield made
    made.quit()


@pytest.fixture
def opened(driver: Any, tmp_path: Path) -> Iterator[Open]:
    """Opens pages; afterwards, none has said anything on the console or asked for anything."""

    def open_(page: Any, end: str = "") -> Any:
        file = tmp_path / "page.html"
        file.write_text(page.html)
        driver.get("about:blank")  # or the browser would only look for the end of the address
        driver.get(f"{file.as_uri()}{end}")
        return driver

    driver.get("about:blank")
    for kind in ("browser", "performance"):
        driver.get_log(kind)
    yield open_
    assert driver.get_log("browser") == []
    events = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    asked = {
        e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"
    }
    assert {
        url for url in asked if not url.startswith(("file://", "data:,", "about:", "blob:"))
    } == set()
    assert len({url.partition("#")[0] for url in asked if url.startswith("file:")}) <= 1


def at(driver: Any, where: dict[str, str]) -> Any:
    return driver.execute_script("return costcalc.at(arguments[0])", where)


def shown(driver: Any) -> list[str]:
    """The totals on the screen."""
    script = "return [...document.querySelectorAll('.figure .total')].map((e) => e.textContent)"
    return list(driver.execute_script(script))


#: What a page gives at settings, and what is on the screen when it is moved there.
ASKED = """return arguments[0].map((where) => {
  costcalc.set(where);
  const figures = [...document.querySelectorAll('.figure .total')];
  return [costcalc.at(where), figures.map((one) => one.textContent)];
})"""


@pytest.mark.parametrize("name", cc.spec_names())
def test_a_page_shows_what_counting_gives(opened: Open, name: str) -> None:
    """At the defaults, at the ends of the parameters, and at random settings; every parameter has
    a control."""
    page = cc.explore(name)
    driver = opened(page)
    controls = driver.execute_script(
        "return [...document.querySelectorAll('.control [id^=own-]:not(p)')].map((one) => one.id)"
    )
    assert controls == [f"own-{parameter}" for parameter in cc.load(name).parameters]
    points = [*ends(name), *settings(name, POINTS, seed=2)]
    (network,) = page.data["networks"]
    defaults = {p["name"]: p["default"] for p in network["parameters"]}
    told = driver.execute_script(ASKED, [{**defaults, **where} for where in points])
    for where, (found, totals) in zip(points, told, strict=True):
        if found["exists"] is None:
            assert found["reasons"][0].startswith(("this page has", "the closed form on this page"))
            assert totals == ["–", "–"]
            continue
        count = counted(name, where)
        assert found["exists"] is (count is not None), where
        if count is None:
            assert found["reasons"] and totals == ["–", "–"]
        else:
            assert (found["mult_adds"], found["params"]) == tuple(map(str, count)), where
            assert totals == [f"{cost:,}" for cost in count]


def test_every_control_is_moved_by_the_keyboard(opened: Open) -> None:
    driver = opened(cc.explore("mobilenet-v1"))
    for name in ("alpha", "delta", "rho", "resolution", "classes"):
        control = driver.find_element("css selector", f".control:has(#own-{name})")
        slider = control.find_element("css selector", "input[type=range]")
        before = driver.execute_script("return costcalc.state")[name]
        slider.send_keys(webdriver.Keys.ARROW_RIGHT)
        after = driver.execute_script("return costcalc.state")
        assert after[name] != before
        where = {n: v for n, v in after.items() if n not in ("network", "convention")}
        assert shown(driver) == [f"{cost:,}" for cost in counted("mobilenet-v1", where) or ()]
    field = driver.find_element("id", "own-alpha")
    field.clear()
    field.send_keys("3/4", webdriver.Keys.ENTER)
    assert driver.execute_script("return costcalc.state.alpha") == "3/4"
    field.clear()
    field.send_keys("-1", webdriver.Keys.TAB)
    wrong = driver.find_element("id", "own-alpha-wrong").text
    assert wrong == "“-1” is not a positive number"
    assert driver.execute_script("return costcalc.state.alpha") == "3/4"
    chosen = driver.find_element("css selector", "#counted select")
    chosen.send_keys("keras")
    assert driver.execute_script("return costcalc.state.convention") == "keras"


@pytest.mark.parametrize("hand", ["mouse", "keyboard"])
def test_every_control_does_what_it_says(opened: Open, hand: str) -> None:
    """Sliders, usual values, tabs, sorting, filters, colours, copies, comparison, and the way back:
    each by a real click, and by keys alone."""
    driver = opened(cc.explore("mobilenet-v1", "mobilenet-v2"))
    find, keys = driver.find_element, webdriver.Keys

    def press(what: str) -> Any:
        button = find("css selector", what)
        if hand == "mouse":
            button.click()
        else:
            button.send_keys(keys.SPACE)
        return button

    def state(name: str) -> str:
        return str(driver.execute_script("return costcalc.state[arguments[0]]", name))

    slider = find("css selector", ".control:has(#own-alpha) input[type=range]")
    if hand == "mouse":
        by = slider.size["width"] // 4
        webdriver.ActionChains(driver).drag_and_drop_by_offset(slider, by, 0).perform()
    else:
        slider.send_keys(keys.END, keys.ARROW_LEFT)
    moved = state("alpha")
    assert moved != "1" and (hand == "mouse" or moved == "149/100")
    assert shown(driver)[0] == f"{cc.count('mobilenet-v1', alpha=moved).mult_adds:,}"
    press(".control:has(#own-rho) .usual button")
    assert state("rho") == "4/7"
    press("#reset")
    assert (state("alpha"), state("rho")) == ("1", "1")

    press("#by button:nth-child(2)")
    assert find("css selector", ".sums thead th").text == "Stage"
    press("#lines-head th:nth-child(5) button")
    layers = cc.count("mobilenet-v1").layers
    most = max(layers, key=lambda layer: layer.mult_adds)
    times = find("css selector", "#lines .times").text  # a line of five rounds
    assert times == "× 5" and most.mult_adds == 14 * 14 * 512 * 512
    assert find("css selector", "#lines td:nth-child(5)").text == f"{5 * most.mult_adds:,}"
    press("#lines-head th:nth-child(5) button")
    assert find("css selector", "#lines td:nth-child(5)").text == "0"
    press("#table-options input[type=checkbox]")
    rows = driver.find_elements("css selector", "#lines tr")
    assert len(rows) < len(layers) and find("css selector", "#lines td:nth-child(5)").text != "0"
    filtered = find("css selector", "#table-options input[type=search]")
    filtered.send_keys("fc")
    assert [row.text.split()[1] for row in driver.find_elements("css selector", "#lines tr")] == [
        layers[-2].name
    ]

    for number, words in enumerate(("link", "CSV")):
        script = "navigator.clipboard.writeText = async (text) => { window.copied = text; }"
        driver.execute_script(script)
        press(f"#copies button[aria-label='Copy {words}']")
        text = driver.execute_script("return window.copied")
        assert text.startswith(("file:///", "layer,layers,type")[number])
    press("#sides-options input")
    press("#networks button:nth-child(2)")
    assert state("network") == "mobilenet-v2"
    press(".control:has(#own-alpha) .usual button")
    assert state("alpha") == "7/20"
    press(".sides thead th:nth-child(2) button")
    assert (state("network"), state("alpha")) == ("mobilenet-v1", "1")  # each by itself
    press("#theme button:nth-child(3)")
    assert driver.execute_script("return document.documentElement.dataset.theme") == "dark"
    colour = "return getComputedStyle(document.body).backgroundColor"
    assert driver.execute_script(colour) == "rgb(19, 20, 23)"

    for where, start, value in (
        ("#counted select", "keras", "keras"),
        ("#memory-options select", "fp32", "4"),
        ("#along-options select", "Parameters", "params"),
        ("#over-options label:last-child select", "ρ", "rho"),
    ):
        box = find("css selector", where)
        if hand == "mouse":
            ui.Select(box).select_by_visible_text(start)
        else:
            box.send_keys(start)
        assert find("css selector", where).get_attribute("value") == value
    assert state("convention") == "keras"
    words = [".convention=keras", ".bytes=4", ".cost=params", ".z=rho", ".by=stage", ".alone=1"]
    words += [".mobilenet-v2/alpha=7/20"]
    until(driver, lambda: sorted(driver.current_url.split("#")[1].split("&")) == sorted(words))
    peak = cc.load("mobilenet-v1").memory(elements="fp32").peak
    assert find("id", "peak").get_attribute("textContent").startswith(f"{peak.bytes:,} bytes")


def test_going_back_restores_the_setting(opened: Open) -> None:
    driver = opened(cc.explore("mobilenet-v1"), "#alpha=1/2")
    totals = {
        text: [f"{cost:,}" for cost in counted("mobilenet-v1", {"alpha": text}) or ()]
        for text in ("1/2", "1/4")
    }
    driver.execute_script("location.hash = 'alpha=1/4'")
    until(driver, lambda: shown(driver) == totals["1/4"])
    driver.back()
    until(driver, lambda: shown(driver) == totals["1/2"])
    driver.forward()
    until(driver, lambda: shown(driver) == totals["1/4"])
    driver.execute_script("costcalc.set({resolution: '128', alpha: '1/2'})")
    until(driver, lambda: driver.current_url.endswith("#alpha=1/2&resolution=128"))
    driver.refresh()
    count = cc.count("mobilenet-v1", alpha="1/2", resolution=128)
    until(driver, lambda: shown(driver) == [f"{count.mult_adds:,}", f"{count.params:,}"])


def test_going_back_restores_the_network_and_the_options(opened: Open) -> None:
    driver = opened(cc.explore("mobilenet-v1", "mobilenet-v2"))
    driver.execute_script("location.hash = '.network=mobilenet-v2&.by=stage&.bytes=4&.cost=params'")

    def told() -> list[str]:
        pressed = driver.find_elements("css selector", ":is(#networks, #by) [aria-pressed=true]")
        boxes = [driver.find_element("id", f"{one}-options") for one in ("memory", "along")]
        values = [box.find_element("tag name", "select").get_attribute("value") for box in boxes]
        return [*(one.text for one in pressed), *values]

    until(driver, lambda: told() == ["mobilenet-v2", "Stage", "4", "params"])
    driver.back()
    until(driver, lambda: told() == ["mobilenet-v1", "Type", "1", ""])


def until(driver: Any, holds: Callable[[], bool]) -> None:
    ui.WebDriverWait(driver, 20, poll_frequency=0.05).until(lambda _: holds())


def test_usual_values_are_a_press_away(opened: Open) -> None:
    driver = opened(cc.explore("mobilenet-v1"))
    usual = driver.find_elements("css selector", ".control:has(#own-rho) .usual button")
    assert [button.text for button in usual] == ["4/7", "5/7", "6/7", "1"]
    usual[1].click()
    assert shown(driver) == [f"{cost:,}" for cost in counted("mobilenet-v1", {"rho": "5/7"}) or ()]


def test_an_input_has_two_sides(opened: Open) -> None:
    """A field takes height and width as the command line does; the formulas have both sides."""
    driver = opened(cc.explore("mobilenet-v1"), "#.convention=keras")
    field = driver.find_element("id", "own-resolution")
    for typed, written, sides in (("224x160", "224x160", "R_h R_w"), ("96²", "96", "R^{2}")):
        field.clear()
        field.send_keys(typed, webdriver.Keys.ENTER)
        assert driver.execute_script("return costcalc.state.resolution") == written
        assert shown(driver) == [
            f"{cost:,}" for cost in counted("mobilenet-v1", {"resolution": written}, "keras") or ()
        ]
        assert sides in copied(driver, "#formulas-list button")
    field.clear()
    field.send_keys("224x", webdriver.Keys.TAB)
    wrong = driver.find_element("id", "own-resolution-wrong").text
    assert wrong == "“224x” is not a number, such as 3/4 or 0.75"
    driver.execute_script("costcalc.set({alpha: '1/64', resolution: '224x160'})")
    assert at(driver, {"rho": "1/200", "resolution": "224x160"})["reasons"][:1] == [
        "conv1 needs ⌈⌊ρ·R_w⌋/2⌉ ≥ 1"
    ]


def copied(driver: Any, button: str) -> str:
    """What a button copies."""
    script = (
        "const [button, done] = arguments;"
        "navigator.clipboard.writeText = async (given) => done(given);"
        "document.querySelector(button).click()"
    )
    return str(driver.execute_async_script(script, button))


def test_the_address_is_the_setting(opened: Open) -> None:
    page = cc.explore("mobilenet-v1", "mobilenet-v2")
    driver = opened(page)
    script = (
        "costcalc.set({alpha: '0.5', resolution: '160'}, "
        "{network: 'mobilenet-v2', convention: 'keras'});"
        "setTimeout(arguments[0], 400)"
    )
    driver.execute_async_script(script)
    end = driver.execute_script("return location.hash")
    assert end == (
        "#alpha=1/2&resolution=160&.mobilenet-v1/alpha=1/2&.mobilenet-v1/resolution=160"
        "&.convention=keras&.network=mobilenet-v2"
    )
    before = shown(driver)
    assert shown(opened(page, end)) == before
    count = cc.count("mobilenet-v2", alpha="1/2", resolution=160, convention="keras")
    assert before == [f"{count.mult_adds:,}", f"{count.params:,}"]


def test_the_table_has_every_layer(opened: Open) -> None:
    driver = opened(cc.explore("alexnet-owt"))
    rows = driver.execute_script(
        "const line = (row) => [row.querySelector('.path'), row.cells[4], row.cells[6]];"
        "const rows = [...document.querySelectorAll('#lines tr')].map(line);"
        "return rows.map((row) => row.map((cell) => cell.textContent))"
    )
    layers = cc.count("alexnet-owt").layers
    assert rows == [[one.path, f"{one.mult_adds:,}", f"{one.params:,}"] for one in layers]
    filtered = driver.find_element("css selector", "#table-options input[type=search]")
    filtered.send_keys("fc")
    paths = driver.execute_script(
        "return [...document.querySelectorAll('#lines .path')].map((e) => e.textContent)"
    )
    assert paths == [one.path for one in layers if one.type == "fc"]


def test_pictures_leave_the_page_where_it_is(opened: Open) -> None:
    """They ask for hundreds of settings; what the page shows afterwards is still its own."""
    driver = opened(cc.explore("mobilenet-v1"), "#alpha=3/4")
    script = (
        "const done = arguments[0]; const look = () => {"
        "if (!document.querySelector('#map .contour')) return setTimeout(look, 50);"
        "costcalc.at({resolution: 32});"
        "const filter = document.querySelector('#table-options input[type=search]');"
        "filter.value = '×'; filter.dispatchEvent(new Event('input'));"
        "setTimeout(() => done([...document.querySelectorAll('#lines td:nth-child(4)')]"
        ".map((cell) => cell.textContent)), 300)}; look()"
    )
    outputs = driver.execute_async_script(script)
    layers = cc.count("mobilenet-v1", alpha="3/4").layers
    lines = [*layers[:15], *layers[23:]]  # five rounds are one
    assert outputs == ["×".join(map(str, one.output)) for one in lines]


def test_pictures_are_drawn(opened: Open) -> None:
    driver = opened(cc.explore("mobilenet-v1"), "#.budget=300M")
    script = (
        "const done = arguments[0]; const look = () => {"
        "const number = (what) => document.querySelectorAll(what).length;"
        "const found = [number('#curve .line'), number('#map .contour')];"
        "if (!found[0] || !found[1]) return setTimeout(look, 50);"
        "done([...found, document.getElementById('within').textContent])}; look()"
    )
    lines, contours, within = driver.execute_async_script(script)
    assert lines == 1 and contours >= 5
    costs = {a: cc.count("mobilenet-v1", alpha=f"{a}/100").mult_adds for a in (72, 73)}
    assert costs[72] <= 300_000_000 < costs[73]
    assert within == f"α = 0.72 is the largest position within 300 M: {costs[72] / 1e6:.1f} M."


def test_the_graph_has_every_layer_and_edge(opened: Open) -> None:
    driver = opened(cc.explore("inception-v3"))
    script = (
        "const path = document.querySelector('#graph .edge').getAttribute('d');"
        "return [document.querySelectorAll('#graph circle').length, path.split('M').length - 1]"
    )
    layers = build(cc.load("inception-v3").spec, {"resolution": 299}, unroll=False).layers
    edges = sum(len(set(layer.inputs)) for layer in layers)
    assert driver.execute_script(script) == [len(layers), edges]


def test_the_peak_is_that_of_memory(opened: Open) -> None:
    driver = opened(cc.explore("mobilenet-v2"), "#alpha=0.35&resolution=96&.bytes=4")
    peak = cc.load("mobilenet-v2").memory(alpha="0.35", resolution=96, elements="fp32").peak
    said = driver.find_element("id", "peak").get_attribute("textContent")
    assert said.startswith(f"{peak.bytes:,} bytes at {peak.step} (")


def test_pictures_are_saved_as_files(opened: Open, tmp_path: Path) -> None:
    """Every picture, as SVG with its own colours and as PNG."""
    driver = opened(cc.explore("ehm-mobilenet", claims="000"))
    until(driver, lambda: driver.find_elements("css selector", "#map .contour"))
    first = saved_picture(driver, tmp_path)
    assert ElementTree.parse(first).getroot().tag == "{http://www.w3.org/2000/svg}svg"
    pictures = ("skyline", "curve", "map", "points", "stairs", "graph")
    saved = driver.execute_async_script(SAVED, 2 * len(pictures))
    names = [f"ehm-mobilenet-{one}.{end}" for one in pictures for end in ("svg", "png")]
    assert sorted(saved) == sorted(names)
    for name, text in saved.items():
        if name.endswith(".png"):
            assert text.startswith("\N{REPLACEMENT CHARACTER}PNG\r\n")
        else:
            assert not any("class" in one.attrib for one in ElementTree.fromstring(text).iter())
    skyline = ElementTree.fromstring(saved["ehm-mobilenet-skyline.svg"])
    bars = [path.get("fill") for path in skyline.iter("{http://www.w3.org/2000/svg}path")]
    assert bars == ["rgb(63, 79, 208)", "rgb(180, 85, 29)"]


def saved_picture(driver: Any, folder: Path) -> Path:
    """The first picture, as the browser saves it."""
    where = {"behavior": "allow", "downloadPath": str(folder)}
    driver.execute_cdp_cmd("Browser.setDownloadBehavior", where)
    driver.find_element("css selector", "#layers .saving button").click()
    file = folder / "ehm-mobilenet-skyline.svg"
    until(driver, file.exists)
    return file


#: What all buttons under pictures save, by the name of the file; nothing is downloaded.
SAVED = """const [number, done] = arguments; const [saved, blobs] = [{}, new Map()];
const made = URL.createObjectURL;
URL.createObjectURL = (blob) => {
  const url = made(blob);
  blobs.set(url, blob);
  return url;
};
HTMLAnchorElement.prototype.click = async function () {
  saved[this.download] = await blobs.get(this.href).text();
  if (Object.keys(saved).length === number) done(saved);
};
for (const button of document.querySelectorAll('.saving button')) button.click();"""


def test_printed_the_page_is_a_sheet(opened: Open) -> None:
    """Dark ink on white, with the setting and the totals, and nothing to press."""
    driver = opened(cc.explore("mobilenet-v1"), "#alpha=3/4")
    driver.execute_script("document.documentElement.dataset.theme = 'dark'")
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    colours = "const of = getComputedStyle(document.body); return [of.backgroundColor, of.color]"
    assert driver.execute_script(colours) == ["rgb(255, 255, 255)", "rgb(27, 28, 30)"]
    seen = [
        one.text for one in driver.find_elements("css selector", "button") if one.is_displayed()
    ]
    assert [text for text in seen if text not in ("#", *HEADS)] == []
    assert driver.find_element("id", "own-alpha").is_displayed()
    count = cc.count("mobilenet-v1", alpha="3/4")
    assert [one.text for one in driver.find_elements("css selector", ".figure .total")] == [
        f"{count.mult_adds:,}",
        f"{count.params:,}",
    ]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


#: The headings of the layer table, which sort it.
HEADS = ("# ↑", "Layer", "Type / stride", "Output", "Mult-Adds", "share", "Parameters")


def test_layers_are_copied_as_tables(opened: Open) -> None:
    driver = opened(cc.explore("alexnet-owt"))
    script = (
        "const [name, done] = arguments; let text = '';"
        "navigator.clipboard.writeText = async (given) => { text = given; };"
        "document.querySelector(`#copies button[aria-label='Copy ${name}']`).click();"
        "setTimeout(() => done(text), 50)"
    )
    count = cc.count("alexnet-owt")
    lines = list(csv.reader(driver.execute_async_script(script, "CSV").splitlines()))
    assert lines[0] == ["layer", "layers", "type", "output", "Mult-Adds", "parameters"]
    assert [(line[0], line[4], line[5]) for line in lines[1:-1]] == [
        (one.path, str(one.mult_adds), str(one.params)) for one in count.layers
    ]
    assert lines[-1][4:] == [str(count.mult_adds), str(count.params)]
    table = driver.execute_async_script(script, "Markdown").splitlines()
    assert len(table) == len(count.layers) + 3
    assert {line.count("|") for line in table} == {7}
    latex = driver.execute_async_script(script, "LaTeX").splitlines()
    first = count.layers[0]
    output = r"$\times$".join(map(str, first.output))
    assert latex[3:6:2] == [
        r"layer & layers & type & output & Mult-Adds & parameters \\",
        rf"conv1 & 1 & conv 11$\times$11 / s4 & {output} & "
        rf"{first.mult_adds:,} & {first.params:,} \\",
    ]
    assert driver.execute_async_script(script, "command") == "costcalc count alexnet-owt"


def test_hostile_texts_are_shown_as_texts(opened: Open, tmp_path: Path) -> None:
    page = hostile(tmp_path)
    driver = opened(page, "#constructor=1&__proto__=2&.network=__proto__&n=%3Cb%3E&%E0%A4%A")
    assert driver.find_element("id", "title").text == EVIL
    words = driver.find_element("css selector", "#controls").get_attribute("textContent")
    assert words.count(EVIL) == 2
    printed = driver.find_element("id", "papers").get_attribute("textContent")
    assert printed.count(EVIL) >= 5  # the column, the paper, its table, the row, and its point
    script = "return document.querySelectorAll('main img, aside img, main script').length"
    assert driver.execute_script(script) == 0
    assert at(driver, {"mode": "b"})["mult_adds"] == str(
        8 * 8 * 9 * 3 * 8 + 8 * 8 * 8 * 16 + 16 * 10
    )
    assert driver.execute_script("return Object.keys(Object.prototype).length") == 0


def test_points_are_what_papers_print(opened: Open) -> None:
    page = cc.explore("ehm-mobilenet", claims="000")
    driver = opened(page)
    rows = page.data["published"]
    for which, cost in enumerate(("mult_adds", "params")):
        driver.find_elements("css selector", "#papers-options .choice button")[which].click()
        points = driver.find_elements("css selector", "#points .printed")
        wrong = driver.find_elements("css selector", "#points .wrong")
        differs = [row for row in rows if row[cost]["verdict"] == "differs"]
        assert (len(points), len(wrong)) == (len(rows), len(differs))
    titles = [point.get_attribute("textContent") for point in points]
    assert (
        "An Enhanced Hybrid MobileNet, Table 4 CIFAR-10: delta=2 alpha=0.5\n"
        "1.65 M printed, 1.65 M computed as “keras”: agrees"
    ) in titles
    driver.find_elements("css selector", "#papers-table button")[9].click()
    count = cc.count("ehm-mobilenet", delta=2, alpha="1/2", classes=100)
    assert shown(driver) == [f"{count.mult_adds:,}", f"{count.params:,}"]


def test_axe_finds_no_serious_fault(opened: Open, tmp_path: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    words = [npm, "install", "--silent", "--no-audit", "--no-fund", "axe-core@4"]
    if subprocess.run(words, cwd=tmp_path, capture_output=True).returncode:
        pytest.skip("axe-core can't be installed")
    axe = (tmp_path / "node_modules" / "axe-core" / "axe.min.js").read_text()
    page = cc.explore("ehm-mobilenet", "resnet-50", claims="000")
    for theme in ("light", "dark"):
        for end in ("", "#alpha=1/64"):
            driver = opened(page, end)
            driver.execute_script("document.documentElement.dataset.theme = arguments[0]", theme)
            driver.execute_script(axe)
            found = driver.execute_async_script(
                "const bad = (one) => ['serious', 'critical'].includes(one.impact);"
                "const said = (one) => [one.id, ...one.nodes.map((node) => node.html)];"
                "axe.run().then((r) => arguments[0](r.violations.filter(bad).map(said)))"
            )
            assert found == [], (theme, end)


def test_a_step_of_a_slider_is_measured(opened: Open, record_property: Any) -> None:
    """Milliseconds from a step to the page being laid out; said, and held against nothing."""
    driver = opened(cc.explore("efficientnet-b0"))
    steps = driver.execute_async_script(
        "const done = arguments[0]; const times = []; let step = 0; setTimeout(function go() {"
        "const start = performance.now(); costcalc.set({alpha: `${100 + (step % 50)}/100`});"
        "document.body.offsetHeight; times.push(performance.now() - start);"
        "if (++step < 60) setTimeout(go, 20); else done(times)}, 1500)"
    )
    record_property("median_ms", statistics.median(steps))
    print(f"a step of efficientnet-b0: {statistics.median(steps):.1f} ms")
