// The page: its controls, and what it shows of the setting they are at.
import { add, compare, isWhole, parsed, times, written } from "./exact.js";
import { byId, choice, later, make, say, selection } from "./elements.js";
import { saving } from "./files.js";
import { graph } from "./graph.js";
import { asLatex, asMath, polynomial, valueOf } from "./formulas.js";
import { Network } from "./network.js";
import { COSTS, along, contours, curve, over2, skyline, staircase, told, within } from "./pictures.js";
import { address, command, moved, placeOf, positions, readAddress, shown } from "./state.js";
import { COLUMNS, GROUPINGS, Lines, copied, linesOf, sidesTable, sums, sumsTable } from "./table.js";
import { amount, bytes, grouped, percent, short, workName } from "./words.js";

const data = JSON.parse(byId("data").textContent);
const networks = data.networks.map((one) => new Network(one, data.conventions));
/** The same networks, for what asks for other settings than those of the page: a network keeps the
 * values of the setting that it was asked for last, and the page goes on to read its own. */
const others = data.networks.map((one) => new Network(one, data.conventions));
const conventionAt = (name) => data.conventions.findIndex((one) => one.name === name);

/** `all` are the settings of each network; `more` are words of the address besides them, of which
 * those that are empty are not in it. */
const state = {
  network: 0,
  all: networks.map(({ start }) => ({ ...start })),
  more: {},
  get settings() {
    return this.all[this.network];
  },
};
const view = { made: null, cost: 0, sort: "order", falling: false, filter: "", costly: false, points: null, field: null };
let controls = new Map();
const lines = new Lines(byId("lines"));

const network = () => networks[state.network];
const convention = () => Math.max(conventionAt(state.more.convention || data.convention), 0);
const names = () => [workName(data.conventions[convention()].unit), "parameters"];
const symbolOf = (name) => network().parameters.get(name).symbol;

/** The parameters that are numbers, and of which the page has forms at more than one value. */
function axes() {
  const numbers = network().data.parameters.filter((one) => !one.choices.length).map((one) => one.name);
  const order = ["alpha", "resolution", "rho", "delta"];
  const rank = (name) => (order.includes(name) ? order.indexOf(name) : 9);
  return numbers
    .filter((name) => positions(network(), network().parameters.get(name)).length > 1)
    .sort((a, b) => rank(a) - rank(b));
}

// -- what is asked of the page from outside --------------------------------------------------

function asked(settings, options = {}) {
  const at = networks.findIndex((one) => one.data.name === (options.network ?? network().data.name));
  const weighed = conventionAt(options.convention ?? data.conventions[convention()].name);
  if (at < 0 || weighed < 0) throw new RangeError(`no ${at < 0 ? "network" : "convention"} of this name is on the page`);
  const { settings: all, wrong } = moved(networks[at], networks[at].defaults, settings);
  const words = Object.entries(wrong).map(([name, text]) => `${name}: ${text}`);
  if (words.length) throw new RangeError(words.join("; "));
  return { at, weighed, all };
}

window.costcalc = Object.freeze({
  /** What a network costs at settings; those that are not given are at their defaults. */
  at(settings = {}, options = {}) {
    const { at, weighed, all } = asked(settings, options);
    const made = others[at].at(all, weighed);
    const [mult_adds, params] = made.counted ? made.totals.map(written) : [null, null];
    return { mult_adds, params, exists: made.exists, convention: data.conventions[weighed].name, reasons: made.reasons ?? [] };
  },
  /** Moves the page; what is not given stays. */
  set(settings = {}, options = {}) {
    asked(settings, options);
    if (options.network !== undefined) front(networks.findIndex((one) => one.data.name === options.network));
    if (options.convention !== undefined) state.more.convention = options.convention === data.convention ? "" : options.convention;
    place(settings);
    update();
  },
  get state() {
    return { network: network().data.name, convention: data.conventions[convention()].name, ...state.settings };
  },
});

// -- controls --------------------------------------------------------------------------------

function control(parameter) {
  const { name, symbol, meaning, usual, choices } = parameter;
  const id = `own-${name}`;
  const words = meaning || (name === symbol ? "" : name);
  const label = make("label", { class: "label", for: id, text: symbol }, make("span", { text: words }));
  if (choices.length) {
    const box = make("select", { id, onchange: () => move(name, box.value) }, ...choices.map((word) => make("option", { value: word, text: word })));
    return { element: make("div", { class: "control" }, label, box), show: (text) => (box.value = text) };
  }
  const values = positions(network(), parameter);
  const wrong = make("p", { class: "wrong", id: `${id}-wrong`, role: "alert" });
  const field = make("input", { type: "text", id, inputmode: "decimal", spellcheck: "false", "aria-describedby": wrong.id, onchange: () => move(name, field.value) });
  const slider = make("input", { type: "range", min: 0, max: values.length - 1, step: 1, "aria-label": `${symbol}, ${words || "slider"}`, oninput: () => move(name, values[slider.valueAsNumber]) });
  const marked = [...new Set(usual.length ? usual : [parameter.default])].map((text) => written(parsed(text))).filter((text) => values.includes(text));
  marked.sort((a, b) => compare(parsed(a), parsed(b)));
  const marks = marked.map((text) => {
    const mark = make("span", { class: "tickmark" });
    mark.style.left = `calc(9px + (100% - 18px) * ${values.indexOf(text) / Math.max(values.length - 1, 1)})`;
    return mark;
  });
  const chips = marked.map((text) => [text, make("button", { type: "button", text: shown(text), onclick: () => move(name, text) })]);
  const element = make("div", { class: "control" }, label, field,
    make("div", { class: "slider" }, ...(values.length > 1 ? [slider] : []), ...marks),
    ...(chips.length > 1 ? [make("div", { class: "usual", role: "group", "aria-label": `Usual values of ${symbol}` }, "usual", ...chips.map(([, chip]) => chip))] : []), wrong);
  const show = (text) => {
    const place = placeOf(values, text);
    if (slider.valueAsNumber !== place) slider.value = place;
    slider.setAttribute("aria-valuetext", shown(text));
    slider.style.setProperty("--at", `${(100 * place) / Math.max(values.length - 1, 1)}%`);
    if (document.activeElement !== field || parsed(field.value) === null || written(parsed(field.value)) !== text) field.value = shown(text);
    complain("");
    for (const [own, chip] of chips) chip.setAttribute("aria-pressed", String(own === text));
  };
  const complain = (text) => {
    say(wrong, text);
    field.setAttribute("aria-invalid", String(Boolean(text)));
  };
  return { element, show, complain };
}

function move(name, text) {
  const { settings, wrong } = moved(network(), state.settings, { [name]: text });
  if (wrong[name]) {
    controls.get(name).complain(`“${text}” is not ${wrong[name]}`);
    return;
  }
  place({ [name]: settings[name] });
  update();
}

/** Sets parameters; those of the same name in the other networks too, unless each is by itself. */
function place(settings) {
  networks.forEach((one, i) => {
    if (i !== state.network && state.more.alone) return;
    const own = Object.entries(settings).filter(([name]) => one.parameters.has(name));
    state.all[i] = moved(one, state.all[i], Object.fromEntries(own)).settings;
  });
}

/** Brings another network to the front. */
function front(index) {
  state.more.network = index ? networks[index].data.name : "";
  choose(index);
}

/** Makes the controls of another network. */
function choose(index) {
  state.network = index;
  const { title, source, name, parameters } = network().data;
  say(byId("title"), title || name);
  say(byId("source"), source);
  controls = new Map(parameters.map((one) => [one.name, control(one)]));
  byId("controls").replaceChildren(...[...controls.values()].map(({ element }) => element));
  for (const key of ["x", "y", "z"]) state.more[key] = "";
  view.points = view.field = null; // those of another network
  for (const id of ["curve", "map"]) byId(id).replaceChildren();
  pictureOptions();
}

function conventions() {
  const options = data.conventions.map(({ name, unit }) => [name, unit === "FLOP" ? `${name} (FLOPs)` : name]);
  const box = selection("Counted as", options, data.conventions[convention()].name, (name) => {
    state.more.convention = name === data.convention ? "" : name;
    update();
  });
  byId("counted").replaceChildren(box);
  return box.querySelector("select");
}

function pictureOptions() {
  const all = axes().map((name) => [name, symbolOf(name)]);
  byId("along").hidden = !all.length;
  byId("over").hidden = all.length < 2;
  if (!all.length) return;
  const pick = (key, text, fallback) => selection(text, all, state.more[key] || fallback, (name) => {
    state.more[key] = name;
    update();
  });
  const costs = selection("", [["0", names()[0]], ["1", "Parameters"]], String(view.cost), (which) => {
    view.cost = Number(which);
    drawPictures();
    showGraph();
  });
  costs.lastChild.setAttribute("aria-label", "Cost in the pictures");
  const budget = make("input", { type: "text", value: state.more.budget ?? "", placeholder: "300M", "aria-label": "Budget, such as 300M", onchange: () => {
    const isRight = !budget.value.trim() || amount(budget.value) !== null;
    budget.setAttribute("aria-invalid", String(!isRight));
    if (!isRight) return;
    state.more.budget = budget.value.trim();
    update();
    drawPictures();
  } });
  byId("along-options").replaceChildren(costs, pick("x", "along", all[0][0]), make("label", { class: "selection" }, make("span", { text: "budget" }), budget));
  if (all.length > 1) byId("over-options").replaceChildren(pick("y", "across", all[0][0]), pick("z", "up", all[1][0]));
}

// -- what is shown ---------------------------------------------------------------------------

function figures(made, before) {
  const own = (which) => {
    const chosen = data.conventions[convention()];
    const without = chosen.left_out.length ? `without ${chosen.left_out.join(" and ")}` : "";
    const title = make("p", { class: "name", text: which ? "Parameters" : names()[0] }, make("span", { text: which ? without : `counted as “${chosen.name}”` }));
    if (!made.counted) return make("div", { class: `figure ${COSTS[which]}` }, title, make("p", { class: "total none", text: "–" }), make("p", { class: "more", text: "\u00a0" }));
    const parts = [];
    const total = made.totals[which];
    if (compare(total, 1000) >= 0) parts.push(short(total));
    if (before.counted && compare(before.totals[which], 0) !== 0 && compare(before.totals[which], total) !== 0) parts.push(`${percent(total, before.totals[which])} of the default`);
    return make("div", { class: `figure ${COSTS[which]}` }, title, make("p", { class: "total", text: grouped(total) }), make("p", { class: "more", text: parts.join("  ·  ") || "\u00a0" }));
  };
  byId("figures").replaceChildren(own(0), own(1));
}

function message(made) {
  if (made.counted) return byId("message").replaceChildren();
  const isUnknown = made.exists === null || made.known === false;
  const head = made.exists === false ? "There is no such network." : isUnknown ? "This page does not know what it costs." : "The convention does not count this network.";
  const more = isUnknown ? [make("p", { text: "The command tells: " }, make("code", { text: command(network(), state.settings, data.conventions[convention()].name) }))] : [];
  const shownReasons = made.reasons.slice(0, 6).map((text) => make("li", { text }));
  const rest = made.reasons.length - shownReasons.length;
  if (rest > 0) shownReasons.push(make("li", { text: `and ${rest} more` }));
  return byId("message").replaceChildren(make("b", { text: head }), make("ul", {}, ...shownReasons), ...more);
}

/** How wide an element is; kept until the window changes, since asking lays the page out. */
const widths = new Map();
function wide(element) {
  if (!widths.has(element)) widths.set(element, Math.max(Math.floor(element.clientWidth), 280));
  return widths.get(element);
}

function showLayers(made) {
  const tell = (entry) => say(byId("told"), entry ? told(network(), made, entry, names()) : `${names()[0]} above the line, parameters below it, each in its own scale.${made.layers.some(({ layer }) => layer.ranges) ? " Rounds that grow stand at their mean." : ""}`);
  byId("skyline").replaceChildren(skyline(network(), made, wide(byId("skyline")), names(), tell));
  tell(null);
  byId("sums-table").replaceChildren(sumsTable(network(), made, state.more.by || "type", names()));
}

/** What follows at once where it is in sight, and when there is time where it is not. */
const waiting = new Map();
function showSoon(id, show) {
  clearTimeout(waiting.get(id));
  const { top, bottom } = byId(id).getBoundingClientRect();
  if (!view.ready || (bottom > 0 && top < innerHeight)) show();
  else waiting.set(id, setTimeout(show, 120));
}

const ELEMENTS = [["1", "int8"], ["2", "fp16"], ["4", "fp32"]];

function showStairs() {
  const { made } = view;
  if (!made?.counted) return;
  const steps = network().stairs(made.piece, state.settings)?.map(([path, own]) => [path, times(own, Number(state.more.bytes || 1))]);
  byId("stairs").hidden = byId("memory-options").hidden = !steps?.length;
  if (!steps?.length) {
    say(byId("peak"), "This page does not know it at these numbers of rounds.");
    say(byId("stairs-told"), `The command tells: ${command(network(), state.settings, "paper").replace(" count ", " memory ")}`);
    byId("stairs").replaceChildren();
    return;
  }
  const [at, most] = steps.reduce((a, b) => (compare(b[1], a[1]) > 0 ? b : a));
  say(byId("peak"), `${grouped(most)} bytes at ${at} (${bytes(most)})`);
  byId("stairs").replaceChildren(staircase(steps, wide(byId("stairs")), `Live bytes at ${steps.length} steps`));
  say(byId("stairs-told"), "Every tensor from the layer that writes it to its last reader; weights are not among them.");
}

function showGraph() {
  const { made } = view;
  if (!made?.counted) return;
  const tell = (entry) => say(byId("graph-told"), entry ? told(network(), made, entry, names()) : `The size of a layer is its share of the ${view.cost ? "parameters" : names()[0]}.`);
  byId("graph").replaceChildren(graph(network(), made, view.cost, wide(byId("graph")), tell));
  tell(null);
}

function showLines() {
  const { made } = view;
  if (!made?.counted) return;
  lines.show(linesOf(network(), made, view), made);
  for (const [i, { key }] of COLUMNS.entries()) {
    const head = byId("lines-head").firstChild.children[i];
    if (key === view.sort) head.setAttribute("aria-sort", view.falling ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
    if (key === "mult_adds") say(head.firstChild, names()[0]);
  }
  const number = made.layers.reduce((sum, { layer }) => add(sum, network().number(layer)), 0);
  const [work, params] = made.totals.map(grouped);
  const cells = ["", `${grouped(number)} layers`, "", "", work, "", params, ""];
  byId("lines-foot").replaceChildren(make("tr", {}, ...cells.map((text, i) => make(i === 1 ? "th" : "td", i === 1 ? { scope: "row", text } : { class: "number", text }))));
}

function tableHead() {
  const heads = COLUMNS.map(({ key, head, label, number, first }) => {
    const sort = () => {
      view.falling = view.sort === key ? !view.falling : first < 0;
      view.sort = key;
      showLines();
    };
    return make("th", { scope: "col", class: number ? "number" : "" }, make("button", { type: "button", text: head, onclick: sort, "aria-label": label, title: "Sort by it" }));
  });
  byId("lines-head").replaceChildren(make("tr", {}, ...heads));
  const filter = make("input", { type: "search", placeholder: "Filter: conv 3×3, 14×14 …", "aria-label": "Filter the layers", oninput: () => {
    view.filter = filter.value;
    showLines();
  } });
  const costly = make("input", { type: "checkbox", onchange: () => {
    view.costly = costly.checked;
    showLines();
  } });
  byId("table-options").replaceChildren(make("label", { class: "check" }, costly, "only what costs"), filter);
}

/** The polynomials of both costs, made anew where the closed form or the convention is another. */
function showFormulas(made) {
  const key = [state.network, convention(), network().data.pieces.indexOf(made.piece)].join(" ");
  if (view.formulas?.key !== key) {
    const { weights } = network().conventions[convention()];
    const list = weights.map((own) => polynomial(network(), made.piece, own));
    view.formulas = { key, list };
    const boxes = list.map((terms, which) => {
      const name = which ? "Parameters" : names()[0];
      if (!terms) return make("p", { class: "muted", text: `${name}: no closed form in all parameters` });
      const box = make("p", { class: "formula" }, ...asMath(network(), terms).flatMap((one) => [one, " "]));
      const latex = make("button", { type: "button", class: "quiet", text: "Copy LaTeX", onclick: () => copy(asLatex(network(), terms), latex, "Copied LaTeX") });
      return make("div", {}, make("div", { class: "head" }, make("p", { class: `name ${COSTS[which]}`, text: name }), latex), box, make("p", { class: "muted" }));
    });
    byId("formulas-list").replaceChildren(...boxes);
  }
  view.formulas.list.forEach((terms, which) => {
    if (!terms) return;
    const value = valueOf(network(), terms);
    const same = compare(value, made.totals[which]) === 0;
    const given = isWhole(value) ? grouped(value) : `about ${short(value)}`;
    say(byId("formulas-list").children[which].lastChild, same ? `Without roundings, and exact here: ${given}.` : `Without roundings; here it gives ${given}, and the count is ${grouped(made.totals[which])}.`);
  });
}

/** The totals and the sums by type of all networks; below each, its ratio to the one in front. */
function showSides() {
  const mades = networks.map((one, i) => (i === state.network ? view.made : others[i].at(state.all[i], convention())));
  const tables = mades.map((made, i) => (made.counted ? new Map(sums(i === state.network ? network() : others[i], made, "type").map((row) => [row.name, row.costs])) : null));
  const types = [...new Set(tables.flatMap((table) => [...(table?.keys() ?? [])]))];
  const rows = [0, 1].flatMap((which) => [
    [which ? "Parameters" : names()[0], which, mades.map((made) => (made.counted ? made.totals[which] : null))],
    ...types.map((type) => [type, which, tables.map((table) => table && (table.get(type)?.[which] ?? 0))]),
  ]);
  byId("sides-table").replaceChildren(sidesTable(rows.filter(([, , costs]) => costs.some((cost) => cost !== null && compare(cost, 0) !== 0)), networks, state, (i) => {
    front(i);
    update();
  }));
}

/** Works the pictures out again, if what they hang on has moved, a little at a time. */
function pictures() {
  const all = axes();
  const fixed = (...own) => JSON.stringify([state.network, convention(), own, Object.entries(state.settings).filter(([name]) => !own.includes(name))]);
  const x = state.more.x || all[0];
  if (x && view.points?.key !== fixed(x)) {
    const key = fixed(x);
    later("along", (function* () {
      const points = yield* along(others[state.network], { ...state.settings }, x, convention());
      view.points = { key, x, points };
      drawCurve();
    })());
  } else if (x) markCurve();
  const [across, up] = [state.more.y || all[0], state.more.z || all[1]];
  if (!up || across === up) {
    byId("map").replaceChildren();
    return;
  }
  if (view.field?.key !== fixed(across, up)) {
    const key = fixed(across, up);
    later("over", (function* () {
      const field = yield* over2(others[state.network], { ...state.settings }, [across, up], convention());
      view.field = { key, across, up, field };
      drawMap();
    })());
  } else markMap();
}

const budget = () => (state.more.budget ? amount(state.more.budget) : null);

function drawCurve() {
  const { x, points } = view.points;
  const name = view.cost ? "Parameters" : names()[0];
  const now = { text: state.settings[x], costs: view.made.counted ? view.made.totals : null };
  byId("curve").replaceChildren(curve(points, view.cost, symbolOf(x), now, budget(), wide(byId("curve")), `${name} along ${symbolOf(x)}`));
  say(byId("within"), budget() === null ? "" : within(points, view.cost, symbolOf(x), budget()));
}

function markCurve() {
  byId("curve").firstChild?.mark?.(state.settings[view.points.x], view.made.counted ? view.made.totals : null);
}

function drawMap() {
  const { across, up, field } = view.field;
  const name = view.cost ? "Parameters" : names()[0];
  const svg = contours(field, view.cost, [symbolOf(across), symbolOf(up)], [state.settings[across], state.settings[up]], budget(), wide(byId("map")), `Lines of equal ${name} over ${symbolOf(across)} and ${symbolOf(up)}`);
  byId("map").classList.toggle("of-params", view.cost === 1);
  byId("map").replaceChildren(svg);
  say(byId("over-note"), `${name}, at what the other controls say.`);
}

function markMap() {
  byId("map").firstChild?.mark?.(state.settings[view.field.across], state.settings[view.field.up]);
}

function drawPictures() {
  if (view.points) drawCurve();
  if (view.field) drawMap();
}

/** Shows the setting everywhere. */
function update() {
  const before = others[state.network].at(network().defaults, convention());
  const made = network().at(state.settings, convention());
  view.made = made;
  for (const [name, { show }] of controls) show(state.settings[name]);
  const chosen = data.conventions[convention()];
  const box = byId("counted").querySelector("select");
  if (box && box.value !== chosen.name) box.value = chosen.name;
  say(byId("meaning"), `${chosen.name}: ${chosen.meaning}.`);
  figures(made, before);
  message(made);
  for (const id of ["layers", "sums", "memory", "edges", "formulas", "table"]) byId(id).hidden = !made.counted;
  if (made.counted) {
    showLayers(made);
    showSoon("table", showLines);
    showSoon("memory", showStairs);
    showSoon("edges", showGraph);
    showFormulas(made);
  }
  if (networks.length > 1) showSides();
  say(byId("command"), command(network(), state.settings, chosen.name));
  if (view.together) view.together.checked = !state.more.alone;
  for (const [i, button] of [...byId("networks").querySelectorAll("button")].entries()) button.setAttribute("aria-pressed", String(i === state.network));
  remember();
  if (view.ready) pictures();
}

/** Writes the address, not at every step of a slider. */
let remembering = 0;
function remember() {
  clearTimeout(remembering);
  remembering = setTimeout(() => {
    const text = address(state, networks);
    try {
      history.replaceState(null, "", text ? `#${text}` : location.href.split("#")[0]);
    } catch {
      // a frame in a notebook has no address of its own
    }
  }, 150);
}

function recall() {
  const { settings, more, others: rest } = readAddress(location.hash);
  const at = networks.findIndex((one) => one.data.name === more.network);
  choose(at < 0 ? state.network : at);
  const known = ["x", "y", "z"].filter((key) => axes().includes(more[key]));
  state.more = {
    ...Object.fromEntries(known.map((key) => [key, more[key]])),
    convention: conventionAt(more.convention) < 0 || more.convention === data.convention ? "" : more.convention,
    by: GROUPINGS.some(([key]) => key === more.by) ? more.by : "",
    budget: amount(more.budget ?? "") === null ? "" : more.budget,
    network: at > 0 ? more.network : "",
    alone: more.alone ? "1" : "",
    bytes: ELEMENTS.some(([size]) => size === more.bytes) ? more.bytes : "",
  };
  networks.forEach((one, i) => {
    const own = i === state.network ? settings : (rest[one.data.name] ?? {});
    state.all[i] = moved(one, one.start, own).settings;
  });
  pictureOptions();
}

// -- what stands beside ----------------------------------------------------------------------

async function copy(text, button, done) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make("textarea", { class: "skip" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  const before = button.textContent;
  button.textContent = done;
  setTimeout(() => (button.textContent = before), 1200);
}

function copies() {
  const button = (text, what) => {
    const own = make("button", { type: "button", text, "aria-label": `Copy ${text}`, onclick: () => copy(what(), own, "copied") });
    return own;
  };
  const layers = (format) => () => (view.made.counted ? copied(network(), view.made, names(), format) : "");
  byId("copies").replaceChildren(
    make("code", { id: "command" }),
    make("span", { class: "muted", text: "copy" }),
    button("command", () => byId("command").textContent),
    button("CSV", layers("csv")),
    button("Markdown", layers("markdown")),
    button("LaTeX", layers("latex")),
    button("link", () => location.href),
  );
}

function themes() {
  const root = document.documentElement;
  byId("theme").replaceChildren(choice("Colours", [["", "Auto"], ["light", "Light"], ["dark", "Dark"]], "", (name) => {
    if (name) root.dataset.theme = name;
    else delete root.dataset.theme;
  }));
}

function begin() {
  if (networks.length > 1) {
    byId("networks").append(...networks.map(({ data: { name } }, index) => make("button", { type: "button", text: name, onclick: () => {
      front(index);
      update();
    } })));
    byId("networks").className = "choice";
    const together = make("input", { type: "checkbox", onchange: () => {
      state.more.alone = together.checked ? "" : "1";
      update();
    } });
    view.together = together;
    byId("sides-options").append(make("label", { class: "check" }, together, "parameters of one name move together"));
  }
  byId("sides").hidden = networks.length < 2;
  for (const id of ["skyline", "curve", "map", "stairs", "graph"]) byId(id).nextElementSibling.append(saving(byId(id), () => `${network().data.name}-${id}`));
  themes();
  copies();
  tableHead();
  recall();
  conventions();
  byId("by").replaceChildren(choice("Summed up by", GROUPINGS, state.more.by || "type", (key) => {
    state.more.by = key === "type" ? "" : key;
    update();
  }));
  byId("memory-options").replaceChildren(selection("in", ELEMENTS, state.more.bytes || "1", (size) => {
    state.more.bytes = size === "1" ? "" : size;
    remember();
    showStairs();
  }));
  byId("controls").addEventListener("submit", (event) => event.preventDefault());
  byId("reset").addEventListener("click", () => {
    networks.forEach(({ start }, i) => {
      if (i === state.network || !state.more.alone) state.all[i] = { ...start };
    });
    update();
  });
  byId("footer").textContent = "Made by costcalc. Every number is worked out here from the network's closed forms, with all their roundings, in exact arithmetic: it is what the command above prints.";
  update();
  requestAnimationFrame(() => setTimeout(() => {
    view.ready = true;
    pictures();
  }));
  addEventListener("hashchange", () => {
    recall();
    update();
  });
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    widths.clear();
    if (view.made?.counted) showLayers(view.made);
    drawPictures();
    showStairs();
    showGraph();
  });
}

begin();
