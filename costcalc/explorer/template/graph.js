// The network as a graph: layers from left to right, branches below each other, drawn from edges.
import { compare } from "./exact.js";
import { draw } from "./elements.js";
import { share } from "./words.js";

const TOP = 58; // room for the edges that pass over others
const LANE = 26;

/** Where each layer stands: {nodes: [{entry, sources, back, column, lane}], columns, lanes}. Columns
 * are steps from the input; a layer goes on in the lane of the first of its sources that nobody has
 * gone on from, and else begins one. */
function layout(network, made) {
  const inputs = Object.keys(made.piece.inputs).length;
  const index = new Map(made.layers.map(({ layer }, i) => [made.piece.layers.indexOf(layer), i]));
  const junction = (source) => (source < -inputs ? made.piece.junctions[-1 - inputs - source] : null);
  const resolve = (source) => {
    for (let one = junction(source); one; one = junction(source)) {
      const [first, other, condition] = one;
      source = condition === null || network.values.of(condition) !== 0 ? first : other;
    }
    return source < 0 ? null : (index.get(source) ?? null);
  };
  const nodes = made.layers.map((entry) => ({ entry, sources: entry.layer.inputs.map(resolve), back: null, heir: null }));
  made.layers.forEach(({ layer }, i) => {
    for (const source of layer.inputs) {
      const one = junction(source);
      const later = one && one[2] === null ? index.get(one[1]) : undefined;
      if (later > i) nodes[later].back ??= i; // the next round
    }
  });
  nodes.forEach((node, i) => {
    const known = node.sources.filter((one) => one !== null);
    node.column = 1 + Math.max(0, ...known.map((one) => nodes[one].column));
    const before = known.find((one) => nodes[one].heir === null);
    node.before = before ?? null;
    if (before !== undefined) nodes[before].heir = i;
  });
  for (const node of nodes.filter(({ entry }) => !entry.layer.inputs.length)) { // it stands before who reads it
    const readers = nodes.filter(({ sources }) => sources.includes(nodes.indexOf(node)));
    node.column = Math.max(1, Math.min(...readers.map(({ column }) => column)) - 1);
  }
  const taken = []; // by lane, the spans of its chains
  nodes.forEach((node) => {
    if (node.before !== null) return;
    const known = node.sources.filter((one) => one !== null).map((one) => nodes[one].column);
    const from = known.length ? Math.min(...known) + 0.5 : node.entry.layer.inputs.length ? 0 : node.column - 0.5;
    let last = node;
    while (last.heir !== null) last = nodes[last.heir];
    const readers = nodes.filter((one) => one.sources.includes(nodes.indexOf(last))).map((one) => one.column);
    const to = Math.max(last.column, ...readers.map((column) => column - 0.5));
    let lane = 0;
    while (taken[lane]?.some(([a, b]) => a < to + 0.5 && from - 0.5 < b)) lane++;
    (taken[lane] ??= []).push([from, to]);
    for (let one = node; one; one = one.heir === null ? null : nodes[one.heir]) one.lane = lane;
  });
  return { nodes, columns: Math.max(...nodes.map(({ column }) => column)), lanes: taken.length };
}

/** The graph; `tell` is called with the entry under the pointer, or null. The area of a layer is its
 * share of a cost. */
export function graph(network, made, which, width, tell) {
  const { nodes, columns, lanes } = layout(network, made);
  const pitch = Math.max(14, Math.min(34, (width - 24) / (columns + 1)));
  const x = (column) => 10 + column * pitch;
  const y = (lane) => TOP + lane * LANE;
  const isLooped = nodes.some(({ back }) => back !== null);
  const size = { width: Math.round(x(columns) + 16), height: TOP + (lanes - 1) * LANE + (isLooped ? 46 : 26) };
  const svg = draw("svg", { viewBox: `0 0 ${size.width} ${size.height}`, ...size, role: "img", class: "graph", "aria-label": `The graph of ${nodes.length} layers` });
  svg.append(...rounds(network, nodes, x, size.height), ...edges(nodes, x, y));
  const radius = (entry) => 2.6 + 9 * Math.sqrt(Math.min(1, share(entry.costs[which], made.totals[which])));
  nodes.forEach(({ entry, column, lane }, i) => {
    const isFree = compare(entry.costs[which], 0) === 0;
    svg.append(draw("circle", { cx: x(column), cy: y(lane), r: radius(entry).toFixed(2), "data-i": i, class: isFree ? "free" : ["mult_adds", "params"][which] }));
  });
  svg.addEventListener("pointermove", ({ target }) => tell(target.dataset.i === undefined ? null : nodes[target.dataset.i].entry));
  svg.addEventListener("pointerleave", () => tell(null));
  return svg;
}

function edges(nodes, x, y) {
  const paths = { edge: [], back: [] };
  nodes.forEach(({ sources, column, lane, back }) => {
    for (const source of new Set(sources)) {
      const from = source === null ? { column: 0, lane } : nodes[source];
      const [x1, y1, x2, y2] = [x(from.column), y(from.lane), x(column), y(lane)];
      const own = from.lane === lane ? (column - from.column === 1 ? `L${x2},${y2}` : arc(x1, x2, y2)) : `C${x1 + 14},${y2} ${x1 + 4},${y2} ${Math.min(x1 + 16, x2)},${y2}L${x2},${y2}`;
      if (from.lane > lane) paths.edge.push(`M${x1},${y1}L${Math.max(x1, x2 - 16)},${y1}C${x2 - 4},${y1} ${x2 - 6},${y2} ${x2},${y2}`);
      else paths.edge.push(`M${x1},${y1}${own}`);
    }
    if (back !== null) paths.back.push(`M${x(column)},${y(lane)}${arc(x(column), x(nodes[back].column), y(lane), -1)}`);
  });
  return Object.entries(paths).map(([kind, list]) => draw("path", { d: list.join(""), class: kind }));
}

/** An arc over what lies between; of what comes back, below it. */
function arc(x1, x2, y, side = 1) {
  const height = side * Math.min(side > 0 ? 46 : 26, 8 + Math.abs(x2 - x1) * 0.16);
  return `C${x1 + (x2 - x1) * 0.2},${y - height} ${x2 - (x2 - x1) * 0.2},${y - height} ${x2},${y}`;
}

/** What repeats, on a ground of its own, with how often. */
function rounds(network, nodes, x, height) {
  const spans = new Map();
  for (const { entry, column } of nodes) {
    const { repetition } = entry.layer;
    const number = network.number(entry.layer);
    if (!repetition || number === 1) continue;
    const span = spans.get(repetition) ?? { from: column, to: column, number };
    spans.set(repetition, { ...span, from: Math.min(span.from, column), to: Math.max(span.to, column) });
  }
  return [...spans.values()].flatMap(({ from, to, number }) => [
    draw("rect", { x: x(from - 0.5), y: 0, width: x(to + 0.5) - x(from - 0.5), height, class: "stage", rx: 4 }),
    draw("text", { x: x((from + to) / 2), y: height - 3, text: `× ${number}`, class: "tick", "text-anchor": "middle" }),
  ]);
}
