// The layer table: what each line is, sorted and filtered; and sums by what layers have in common.
import { add, compare, minus, times } from "./exact.js";
import { make, say } from "./elements.js";
import { shown } from "./state.js";
import { compared, grouped, percent, share, typeOf } from "./words.js";

/** What layers can be summed up by. */
export const GROUPINGS = [
  ["type", "Type"],
  ["stage", "Stage"],
  ["group", "Group"],
  ["row", "Row"],
];

function nameOf(network, layer, by) {
  if (by === "stage") return network.shape(layer, "out").split("×").slice(0, 2).join("×");
  if (by === "group") return layer.group ?? "(no group)";
  return by === "row" ? (layer.row ?? "") : layer.type.replace(/(\d)x(?=\d)/g, "$1×");
}

/** [{name, number, costs}, …] in the order in which they appear. */
export function sums(network, made, by) {
  const found = new Map();
  for (const { layer, costs } of made.layers) {
    const name = nameOf(network, layer, by);
    const one = found.get(name) ?? { name, number: 0, costs: [0, 0] };
    one.number = add(one.number, network.number(layer));
    one.costs = one.costs.map((cost, which) => add(cost, costs[which]));
    found.set(name, one);
  }
  return [...found.values()];
}

/** How long the bar of a share is; what costs anything has one. */
function length(cost, total) {
  return compare(cost, 0) === 0 ? "0" : `max(1px, ${(100 * share(cost, total)).toFixed(2)}%)`;
}

function bar(cost, total, kind) {
  const inner = make("span", { class: `bar ${kind}` });
  inner.style.width = length(cost, total);
  return make("span", { class: "track", "aria-hidden": "true" }, inner);
}

/** The sums as a table with bars; what costs nothing is left out. */
export function sumsTable(network, made, by, names) {
  const rows = sums(network, made, by).filter(({ costs }) => costs.some((cost) => compare(cost, 0) !== 0));
  const cells = ({ costs }) =>
    costs.flatMap((cost, which) => [
      make("td", { class: "bars" }, bar(cost, made.totals[which], which ? "params" : "mult_adds")),
      make("td", { class: "number", title: grouped(cost), text: percent(cost, made.totals[which]) }),
    ]);
  const head = make("tr", {}, make("th", { scope: "col", text: "" + GROUPINGS.find(([key]) => key === by)[1] }),
    ...names.map((name) => make("th", { scope: "col", colspan: 2, text: name[0].toUpperCase() + name.slice(1) })));
  const body = rows.map((row) => make("tr", {}, make("th", { scope: "row", title: row.name, text: row.name }), ...cells(row)));
  return make("table", { class: "sums" }, make("thead", {}, head), make("tbody", {}, ...body));
}

/** Costs of several networks side by side: rows of a name, which cost it is, and one for each. */
export function sidesTable(rows, networks, { network, all }, choose) {
  const setting = (i) => Object.entries(all[i]).filter(([name, text]) => text !== networks[i].defaults[name]).map(([name, text]) => `${networks[i].parameters.get(name).symbol} = ${shown(text)}`);
  const heads = networks.map(({ data }, i) =>
    make("th", { scope: "col", class: "number" }, make("button", { type: "button", "aria-pressed": String(i === network), text: data.name, onclick: () => choose(i) }), make("span", { class: "small-text", text: setting(i).join(", ") || "defaults" })),
  );
  const cell = (costs, i) => {
    const [own, front] = [costs[i], costs[network]];
    const isOther = i !== network && own !== null && front !== null;
    const gap = isOther ? minus(own, front) : 0;
    const parted = isOther && compare(gap, 0) !== 0 ? `${compare(gap, 0) > 0 ? "+" : "−"}${grouped(compare(gap, 0) > 0 ? gap : times(gap, -1))}` : "";
    const text = !isOther ? "" : !parted ? "the same" : [parted, compare(front, 0) === 0 ? "" : compared(own, front)].filter(Boolean).join("  ·  ");
    const parts = i === network ? [] : [make("span", { class: "small-text", text })];
    return make("td", { class: "number" }, make("span", { text: own === null ? "–" : grouped(own) }), ...parts);
  };
  const body = rows.map(([name, which, costs]) => {
    const isTotal = name === "Parameters" || rows.findIndex((row) => row[1] === which) === rows.findIndex((row) => row[2] === costs);
    return make("tr", { class: isTotal ? "total-row" : "" }, make("th", { scope: "row", text: name }), ...costs.map((_, i) => cell(costs, i)));
  });
  return make("table", { class: "sides" }, make("thead", {}, make("tr", {}, make("td"), ...heads)), make("tbody", {}, ...body));
}

/** The columns of the layer table: heading, what sorts, and whether it is a number. */
export const COLUMNS = [
  { key: "order", head: "#", number: true, first: 1 },
  { key: "name", head: "Layer", first: 1 },
  { key: "type", head: "Type / stride", first: 1 },
  { key: "out", head: "Output", first: 1 },
  { key: "mult_adds", head: "Mult-Adds", number: true, first: -1 },
  { key: "work share", head: "share", label: "share of Mult-Adds", number: true, first: -1 },
  { key: "params", head: "Parameters", number: true, first: -1 },
  { key: "params share", head: "share", label: "share of parameters", number: true, first: -1 },
];

/** What a line of the table says: of each column, its text. */
export function lineOf(network, made, { layer, costs }, order) {
  const number = network.number(layer);
  return {
    order: String(order + 1),
    within: layer.within ? `${layer.within}/` : "",
    name: layer.name,
    times: number === 1 ? "" : `× ${number}`,
    type: typeOf(network, layer),
    out: network.shape(layer, "out"),
    mult_adds: grouped(costs[0]),
    "work share": percent(costs[0], made.totals[0]),
    params: grouped(costs[1]),
    "params share": percent(costs[1], made.totals[1]),
    group: layer.group ?? "",
    row: layer.row ?? "",
  };
}

/** The lines that are shown, in their order: [{line, entry}, …]. */
export function linesOf(network, made, { sort, falling, filter, costly }) {
  const words = filter.toLowerCase().replaceAll("x", "×").split(/\s+/).filter(Boolean);
  const lines = made.layers.map((entry, order) => ({ entry, order, line: lineOf(network, made, entry, order) }));
  const kept = lines.filter(({ line, entry }) => {
    if (costly && entry.costs.every((cost) => compare(cost, 0) === 0)) return false;
    const text = [line.within + line.name, line.type, line.out, line.group, line.row].join(" ").toLowerCase().replaceAll("x", "×");
    return words.every((word) => text.includes(word));
  });
  const which = { mult_adds: 0, "work share": 0, params: 1, "params share": 1 }[sort];
  const rank = (a, b) => {
    if (sort === "order") return a.order - b.order;
    if (which !== undefined) return compare(a.entry.costs[which], b.entry.costs[which]) || b.order - a.order;
    return a.line[sort].localeCompare(b.line[sort], "en", { numeric: true }) || a.order - b.order;
  };
  return kept.sort((a, b) => (falling ? rank(b, a) : rank(a, b)));
}

/** The body of the table, whose rows are kept and get other texts as the page moves. */
export class Lines {
  constructor(body) {
    this.body = body;
    this.rows = [];
  }

  show(lines, made) {
    while (this.rows.length < lines.length) this.rows.push(this.row());
    lines.forEach(({ line, entry }, i) => this.fill(this.rows[i], line, entry, made));
    const shown = this.body.childElementCount;
    if (shown > lines.length) this.rows.slice(lines.length, shown).forEach(({ row }) => row.remove());
    else this.body.append(...this.rows.slice(shown, lines.length).map(({ row }) => row));
  }

  row() {
    const cells = COLUMNS.map(({ key, number }) => {
      if (key === "name") return make("th", { scope: "row" }, make("span", { class: "path" }, make("span", { class: "within" }), make("span")), make("span", { class: "times" }), make("span", { class: "small" }));
      if (key.endsWith("share")) return make("td", { class: "number share" }, make("span", { class: "track", "aria-hidden": "true" }, make("span", { class: key.startsWith("p") ? "bar params" : "bar mult_adds" })), make("span"));
      return make("td", { class: number ? "number" : "" });
    });
    return { row: make("tr", {}, ...cells), cells };
  }

  fill({ row, cells }, line, entry, made) {
    COLUMNS.forEach(({ key }, i) => {
      const cell = cells[i];
      if (key === "name") {
        say(cell.firstChild.firstChild, line.within);
        say(cell.firstChild.lastChild, line.name);
        say(cell.children[1], line.times);
        say(cell.lastChild, `${line.type}  ·  ${line.out}`);
        cell.title = `${line.within}${line.name}: ${line.row}`;
      } else if (key.endsWith("share")) {
        const which = key.startsWith("p") ? 1 : 0;
        say(cell.lastChild, line[key]);
        cell.firstChild.firstChild.style.width = length(entry.costs[which], made.totals[which]);
      } else say(cell, line[key]);
    });
    row.classList.toggle("nothing", entry.costs.every((cost) => compare(cost, 0) === 0));
  }
}

const LATEX_SIGNS = { "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "×": "$\\times$", "…": "\\ldots{}" };

/** Text as LaTeX prints it. */
function latexText(text) {
  return text.replace(/[\\~^×…&%$#_{}]/g, (sign) => LATEX_SIGNS[sign] ?? `\\${sign}`);
}

/** All layers as CSV, Markdown or LaTeX, with the totals. */
export function copied(network, made, names, format) {
  const heads = ["layer", "layers", "type", "output", ...names];
  const rows = made.layers.map((entry, order) => {
    const line = lineOf(network, made, entry, order);
    const costs = format === "csv" ? entry.costs.map(String) : [line.mult_adds, line.params];
    return [line.within + line.name, String(network.number(entry.layer)), line.type, line.out, ...costs];
  });
  const totals = made.totals.map((total) => (format === "csv" ? String(total) : grouped(total)));
  rows.push(["total", "", "", "", ...totals]);
  if (format === "csv") {
    const cell = (text) => {
      const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text; // no spreadsheet runs it
      return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    };
    return [heads, ...rows].map((row) => row.map(cell).join(",")).join("\n") + "\n";
  }
  if (format === "latex") {
    const line = (row) => `${row.map(latexText).join(" & ")} \\\\`;
    const body = [line(heads), "\\midrule", ...rows.slice(0, -1).map(line), "\\midrule", line(rows.at(-1))];
    return ["% needs \\usepackage{booktabs}", "\\begin{tabular}{lrllrr}", "\\toprule", ...body, "\\bottomrule", "\\end{tabular}", ""].join("\n");
  }
  const cell = (text) => text.replace(/[\\|<>`*_[\]]/g, "\\$&");
  const lined = [heads, heads.map((_, i) => (i === 0 || i === 2 || i === 3 ? "---" : "---:")), ...rows.map((row) => row.map(cell))];
  return lined.map((row) => `| ${row.join(" | ")} |`).join("\n") + "\n";
}
