// The sections of the page: what each shows of the network at the setting.
import { add, compare, isWhole, times } from "./exact.js";
import { front } from "./controls.js";
import { byId, choice, make, say, selection } from "./elements.js";
import { copy } from "./files.js";
import { asLatex, asMath, polynomial, valueOf } from "./formulas.js";
import { graph } from "./graph.js";
import { convention, data, drawnCost, names, network, networks, others, place, state, update, view } from "./here.js";
import { COSTS, skyline, staircase, told, wide } from "./pictures.js";
import { command } from "./state.js";
import { COLUMNS, Lines, linesOf, sidesTable, sums, sumsTable } from "./table.js";
import { publishedTable, said, scales, scatter, sourceOf, verdictsOf } from "./published.js";
import { bytes, grouped, percent, short } from "./words.js";

const lines = new Lines(byId("lines"));

export function figures(made, before) {
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

export function message(made) {
  if (made.counted) return byId("message").replaceChildren();
  const isUnknown = made.exists === null || made.known === false;
  const head = made.exists === false ? "There is no such network." : isUnknown ? "This page does not know what it costs." : "The convention does not count this network.";
  const more = isUnknown ? [make("p", { text: "The command tells: " }, make("code", { text: command(network(), state.settings, data.conventions[convention()].name) }))] : [];
  const shownReasons = made.reasons.slice(0, 6).map((text) => make("li", { text }));
  const rest = made.reasons.length - shownReasons.length;
  if (rest > 0) shownReasons.push(make("li", { text: `and ${rest} more` }));
  return byId("message").replaceChildren(make("b", { text: head }), make("ul", {}, ...shownReasons), ...more);
}

export function showLayers(made) {
  const tell = (entry) => say(byId("told"), entry ? told(network(), made, entry, names()) : `${names()[0]} above the line, parameters below it, each in its own scale.${made.layers.some(({ layer }) => layer.ranges) ? " Rounds that grow stand at their mean." : ""}`);
  byId("skyline").replaceChildren(skyline(network(), made, wide(byId("skyline")), names(), tell));
  tell(null);
  byId("sums-table").replaceChildren(sumsTable(network(), made, state.more.by || "type", names()));
}

/** What follows at once where it is in sight, and when there is time where it is not. */
const waiting = new Map();
export function showSoon(id, show) {
  clearTimeout(waiting.get(id));
  const { top, bottom } = byId(id).getBoundingClientRect();
  if (!view.ready || (bottom > 0 && top < innerHeight)) show();
  else waiting.set(id, setTimeout(show, 120));
}

export const ELEMENTS = [["1", "int8"], ["2", "fp16"], ["4", "fp32"]];

export function showStairs() {
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

export function showGraph() {
  const { made } = view;
  if (!made?.counted) return;
  const tell = (entry) => say(byId("graph-told"), entry ? told(network(), made, entry, names()) : `The size of a layer is its share of the ${drawnCost() ? "parameters" : names()[0]}.`);
  byId("graph").replaceChildren(graph(network(), made, drawnCost(), wide(byId("graph")), tell));
  tell(null);
}

export function showLines() {
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

export function tableHead() {
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
export function showFormulas(made) {
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
export function showSides() {
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

/** The options and the table of what papers print, which no setting moves. */
export function beginPublished() {
  const rows = data.published ?? [];
  byId("papers").hidden = !rows.length;
  if (!rows.length) return;
  const all = scales(rows);
  view.scale = all[0];
  const options = [["0", names()[0]], ["1", "Parameters"]].filter((_, which) => rows.some((row) => row[COSTS[which]]));
  view.figure = Number(options[0][0]);
  const costs = choice("Cost of the points", options, options[0][0], (which) => {
    view.figure = Number(which);
    showPublished();
  });
  const scale = selection("against", all.map((name) => [name, name]), view.scale, (name) => {
    view.scale = name;
    showPublished();
  });
  byId("papers-options").replaceChildren(...(all.length ? [costs, scale] : []));
  byId("points").hidden = byId("points").nextElementSibling.hidden = !all.length;
  byId("papers-table").replaceChildren(publishedTable(rows, [names()[0], "Parameters"], ({ network: at, at: settings }) => {
    front(at);
    place({ ...network().defaults, ...settings });
    update();
  }));
}

/** The published figures as points, with a line where the setting is. */
export function showPublished() {
  const rows = data.published ?? [];
  if (!rows.length || view.scale === undefined) return;
  const name = view.figure ? "parameters" : names()[0];
  const now = view.made?.counted ? view.made.totals[view.figure] : null;
  const tell = (row) => say(byId("points-told"), row ? `${sourceOf(row)}  ·  ${said(row[COSTS[view.figure]])}` : `${name}: what is printed, in a ring where it should be. Of all figures ${verdictsOf(rows)}. The dotted line is the setting.`);
  byId("points").replaceChildren(scatter(rows, view.figure, view.scale, now, wide(byId("points")), `${view.scale} against ${name}, as printed`, tell));
  tell(null);
}
