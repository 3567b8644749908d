// Pictures as SVG: the layers in their order, a cost along one parameter, and over two.
import { about, compare, parsed } from "./exact.js";
import { draw } from "./elements.js";
import { positions, shown } from "./state.js";
import { level, percent, short, typeOf } from "./words.js";

export const COSTS = ["mult_adds", "params"];

function picture(width, height, label, ...children) {
  const attributes = { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label };
  return draw("svg", attributes, ...children);
}

function write(x, y, text, attributes = {}) {
  return draw("text", { x, y, text, ...attributes });
}

/** Round numbers from 0 on that part a length into some four. */
function marks(most) {
  const size = 10 ** Math.floor(Math.log10(most / 4 || 1));
  const step = [1, 2, 5, 10].map((k) => k * size).find((one) => most / one <= 5);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
}

/** Every layer that costs something, each round of a repetition by itself, in the order in which
 * they run: [{entry, part}, …]. `part` of the costs of an entry belongs to one of its layers. */
function unrolled(network, made) {
  const entries = made.layers.filter(({ costs }) => costs.some((cost) => compare(cost, 0) !== 0));
  const bars = [];
  for (let i = 0; i < entries.length; ) {
    const { repetition } = entries[i].layer;
    let next = i + 1;
    while (repetition && entries[next]?.layer.repetition === repetition) next++;
    const body = entries.slice(i, next);
    const rounds = Math.min(...body.map(({ layer }) => Number(network.number(layer))));
    const shown = Math.min(rounds, MAX_ROUNDS);
    for (let round = 0; round < shown; round++) bars.push(...body.map((entry) => ({ entry, part: Number(network.number(entry.layer)) })));
    i = next;
  }
  return bars;
}

const MAX_ROUNDS = 200;
const MAX_PITCH = 64; // of networks with few layers, the bars are not walls

/** The layers in their order: their Mult-Adds upwards, their parameters downwards. `tell` is called
 * with the entry under the pointer, or null. */
export function skyline(network, made, width, names, tell) {
  const bars = unrolled(network, made);
  const [top, middle, bottom, height] = [8, 128, 186, 208];
  const pitch = Math.min(width / Math.max(bars.length, 1), MAX_PITCH);
  const gap = Math.min(pitch * 0.22, 5);
  const svg = picture(width, height, `Costs of ${bars.length} layers in their order: ${names[0]} above the line, ${names[1]} below it`);
  stagesOf(network, bars).forEach(({ from, to, text }, i) => {
    const [left, right] = [from * pitch, to * pitch];
    if (i % 2) svg.append(draw("rect", { x: left, y: 0, width: right - left, height: height - 18, class: "stage" }));
    if (right - left > text.length * 6.4 + 4) svg.append(write((left + right) / 2, height - 4, text, { class: "tick", "text-anchor": "middle" }));
  });
  for (const which of [0, 1]) {
    const costs = bars.map(({ entry, part }) => about(entry.costs[which]) / part);
    const most = Math.max(...costs, 1);
    const d = costs.map((cost, i) => {
      const length = (cost / most) * (which ? bottom - middle : middle - top);
      if (length === 0) return "";
      const [x, own] = [(i * pitch + gap / 2).toFixed(2), Math.max(pitch - gap, 0.5).toFixed(2)];
      return `M${x},${middle + which}h${own}v${(which ? length : -length).toFixed(2)}h-${own}z`;
    });
    svg.append(draw("path", { d: d.join(""), class: COSTS[which] }));
  }
  const pointed = draw("rect", { y: 0, width: pitch, height: height - 18, class: "pointed", visibility: "hidden" });
  const point = (event) => {
    const i = Math.floor((event.clientX - svg.getBoundingClientRect().left) / pitch);
    const bar = bars[i];
    pointed.setAttribute("visibility", bar ? "visible" : "hidden");
    if (bar) pointed.setAttribute("x", i * pitch);
    tell(bar?.entry ?? null);
  };
  svg.addEventListener("pointermove", point);
  svg.addEventListener("pointerleave", () => {
    pointed.setAttribute("visibility", "hidden");
    tell(null);
  });
  svg.append(draw("line", { x1: 0, x2: bars.length * pitch, y1: middle, y2: middle, class: "axis" }), pointed);
  return svg;
}

/** Runs of layers of one output size; a few of another on the way, as in squeeze and excitation, do
 * not end one. */
function stagesOf(network, bars) {
  const stages = [];
  bars.forEach(({ entry: { layer } }, i) => {
    const text = network.shape(layer, "out").split("×").slice(0, 2).join("×");
    if (stages.at(-1)?.text === text) stages.at(-1).to = i + 1;
    else stages.push({ from: i, to: i + 1, text });
    const [before, aside, own] = stages.slice(-3);
    if (own && before.text === own.text && aside.to - aside.from <= 3) stages.splice(-3, 3, { ...own, from: before.from });
  });
  return stages;
}

/** What an entry of the skyline says of itself. */
export function told(network, made, { layer, costs }, names) {
  const number = network.number(layer);
  const parts = [layer.name + (number === 1 ? "" : ` … (${number} layers)`), typeOf(network, layer), network.shape(layer, "out")];
  costs.forEach((cost, which) => parts.push(`${short(cost)} ${names[which]} (${percent(cost, made.totals[which])})`));
  return parts.join("  ·  ");
}

/** What is live at each step, as stairs; the highest step is marked. */
export function staircase(steps, width, label) {
  const [height, left, top, bottom] = [190, 64, 12, 22];
  const peak = steps.reduce((a, [, bytes]) => (compare(bytes, a) > 0 ? bytes : a), 1);
  const most = about(peak) * 1.04;
  const pitch = Math.min((width - left) / steps.length, MAX_PITCH);
  const y = (bytes) => height - bottom - (bytes / most) * (height - top - bottom);
  const svg = picture(width, height, label);
  const [unit, named] = [[1024 ** 3, "GiB"], [1024 ** 2, "MiB"], [1024, "KiB"], [1, "B"]].find(([one]) => most >= one);
  for (const mark of marks(most / unit)) {
    svg.append(draw("line", { x1: left, x2: width, y1: y(mark * unit), y2: y(mark * unit), class: mark ? "grid" : "axis" }));
    svg.append(write(left - 8, y(mark * unit) + 4, mark ? `${Number(mark.toPrecision(4))} ${named}` : "0", { class: "tick", "text-anchor": "end" }));
  }
  const d = steps.map(([, bytes], i) => `${i ? "V" : `M${left},${height - bottom}V`}${y(about(bytes)).toFixed(1)}H${(left + (i + 1) * pitch).toFixed(1)}`);
  svg.append(draw("path", { d: `${d.join("")}V${height - bottom}z`, class: "live" }));
  const at = steps.findIndex(([, bytes]) => compare(bytes, peak) === 0);
  svg.append(draw("rect", { x: left + at * pitch, y: y(about(peak)), width: Math.max(pitch, 2), height: height - bottom - y(about(peak)), class: "peak" }));
  return svg;
}

/** The costs along one parameter, at each position of its slider: [{text, at, costs | null}, …]. */
export function* along(network, settings, name, convention) {
  const points = [];
  for (const text of positions(network, network.parameters.get(name))) {
    const made = network.at({ ...settings, [name]: text }, convention);
    points.push({ text, at: about(parsed(text)), costs: made.counted ? made.totals : null });
    yield;
  }
  return points;
}

/** A cost along a parameter. `budget` is an amount or null, `now` the value of the parameter. */
export function curve(points, which, symbol, now, budget, width, label) {
  const height = Math.round(Math.min(320, Math.max(220, width * 0.55)));
  const edge = { left: 58, right: 12, top: 14, bottom: 34 };
  const there = points.filter((point) => point.costs);
  if (!there.length) return picture(width, height, "The network exists at none of the positions");
  const largest = there.reduce((a, { costs }) => (compare(costs[which], a) > 0 ? costs[which] : a), 1);
  const most = Math.max(about(largest), 1) * 1.04;
  const [first, last] = [points[0].at, points.at(-1).at];
  const x = (at) => edge.left + ((at - first) / (last - first || 1)) * (width - edge.left - edge.right);
  const y = (cost) => height - edge.bottom - (cost / most) * (height - edge.top - edge.bottom);
  const svg = picture(width, height, label);
  for (const mark of marks(most)) {
    svg.append(draw("line", { x1: edge.left, x2: width - edge.right, y1: y(mark), y2: y(mark), class: mark ? "grid" : "axis" }));
    svg.append(write(edge.left - 8, y(mark) + 4, level(Math.round(mark)), { class: "tick", "text-anchor": "end" }));
  }
  ticks(svg, points, x, height - edge.bottom + 18);
  svg.append(write(width - edge.right, height - 2, symbol, { class: "tick name", "text-anchor": "end" }));
  const runs = [];
  points.forEach((point, i) => {
    if (!point.costs) return;
    if (points[i - 1]?.costs) runs.at(-1).push(point);
    else runs.push([point]);
  });
  const place = (point) => `${x(point.at).toFixed(1)},${y(about(point.costs[which])).toFixed(1)}`;
  for (const run of runs) {
    if (run.length > 1) svg.append(draw("path", { d: `M${run.map(place).join("L")}`, class: `line ${COSTS[which]}` }));
    else svg.append(draw("circle", { cx: x(run[0].at), cy: y(about(run[0].costs[which])), r: 2, class: `dot ${COSTS[which]}` }));
  }
  if (budget !== null) {
    const at = y(Math.min(about(budget), most));
    if (about(budget) <= most) svg.append(draw("line", { x1: edge.left, x2: width - edge.right, y1: at, y2: at, class: "budget" }));
    svg.append(write(width - edge.right, at - 5, `budget ${level(budget)}`, { class: "tick strong", "text-anchor": "end" }));
  }
  svg.append(draw("g", { class: "now" }));
  svg.mark = (text, costs) => {
    const at = x(about(parsed(text)));
    const group = svg.querySelector(".now");
    group.replaceChildren();
    if (at < edge.left || at > width) return;
    group.append(draw("line", { x1: at, x2: at, y1: edge.top, y2: height - edge.bottom, class: "marker" }));
    if (costs && about(costs[which]) <= most) group.append(draw("circle", { cx: at, cy: y(about(costs[which])), r: 5, class: `here ${COSTS[which]}` }));
  };
  svg.mark(now.text, now.costs);
  return svg;
}

/** Values below an axis: some five, none over another. */
function ticks(svg, points, x, y) {
  let free = -Infinity;
  const [first, last] = [points[0].at, points.at(-1).at];
  const all = marks(last - first).map((mark) => {
    const unit = marks(last - first)[1] || 1;
    return Math.ceil(first / unit) * unit + mark;
  });
  for (const mark of all) {
    const at = x(mark);
    if (mark > last * 1.0001 || at - free < 34) continue;
    svg.append(write(at, y, String(Number(mark.toPrecision(6))), { class: "tick", "text-anchor": "middle" }));
    free = at;
  }
}

/** The largest position within a budget, as a sentence; what costs are at the positions is exact. */
export function within(points, which, symbol, budget) {
  const fitting = points.filter(({ costs }) => costs && compare(costs[which], budget) <= 0);
  if (!fitting.length) return `No position of ${symbol} is within ${level(budget)}.`;
  const { text, costs } = fitting.at(-1);
  return `${symbol} = ${shown(text)} is the largest position within ${level(budget)}: ${short(costs[which])}.`;
}

const SAMPLES = 40;

/** At most so many of the positions at which the network exists, evenly, with both ends; the other
 * parameter is where the page is, or at its default. */
function* sampled(network, settings, name, other, convention) {
  const fitting = [];
  const others = new Set([settings[other], network.start[other], network.defaults[other]]);
  for (const text of positions(network, network.parameters.get(name))) {
    const exists = (value) => network.at({ ...settings, [other]: value, [name]: text }, convention).counted;
    if ([...others].some(exists)) fitting.push(text);
    yield;
  }
  const number = Math.min(SAMPLES, fitting.length);
  return Array.from({ length: number }, (_, i) => fitting[Math.round((i * (fitting.length - 1)) / Math.max(number - 1, 1))]);
}

/** The costs over two parameters: {xs, ys, costs}, costs by y, then x; null where there are none. */
export function* over2(network, settings, [xName, yName], convention) {
  const xs = yield* sampled(network, settings, xName, yName, convention);
  const ys = yield* sampled(network, settings, yName, xName, convention);
  const costs = [];
  for (const y of ys) {
    const row = [];
    for (const x of xs) {
      const made = network.at({ ...settings, [yName]: y, [xName]: x }, convention);
      row.push(made.counted ? made.totals : null);
      yield;
    }
    costs.push(row);
  }
  return { xs, ys, costs };
}

/** Lines of equal cost over two parameters, and where the page stands. */
export function contours(field, which, symbols, now, budget, width, label) {
  const height = Math.round(Math.min(320, Math.max(220, width * 0.55)));
  const edge = { left: 46, right: 12, top: 24, bottom: 34 };
  const svg = picture(width, height, label);
  const { xs, ys, costs } = field;
  if (xs.length < 2 || ys.length < 2) return svg;
  const at = (texts) => texts.map((text) => about(parsed(text)));
  const [left, low] = [at(xs), at(ys)];
  const x = (value) => edge.left + ((value - left[0]) / (left.at(-1) - left[0])) * (width - edge.left - edge.right);
  const y = (value) => height - edge.bottom - ((value - low[0]) / (low.at(-1) - low[0])) * (height - edge.top - edge.bottom);
  const logs = costs.map((row) => row.map((pair) => (pair && compare(pair[which], 0) > 0 ? Math.log10(about(pair[which])) : NaN)));
  const levels = levelsOf(logs);
  const px = left.map(x);
  const py = low.map(y);
  for (let i = 0; i + 1 < py.length; i++) bands(svg, logs, i, px, py, levels);
  const right = [];
  const lines = levels.map((one) => [one, "contour"]);
  if (budget !== null && about(budget) > 0) lines.push([Math.log10(about(budget)), "budget"]);
  for (const [one, kind] of lines) {
    const segments = crossing(logs, px, py, one);
    if (!segments.length) continue;
    const d = segments.map((points) => `M${points.map((p) => p.map((v) => v.toFixed(1)).join(",")).join("L")}`).join("");
    svg.append(draw("path", { d, class: kind }));
    const [best] = segments.map(([p]) => [Math.abs((p[0] - edge.left) / (width - edge.left) - (height - edge.bottom - p[1]) / height), p]).sort((a, b) => a[0] - b[0]);
    const text = (kind === "budget" ? "budget " : "") + level(kind === "budget" ? budget : Math.round(10 ** one));
    right.push([best[1], text, kind]);
  }
  ticks(svg, left.map((value) => ({ at: value })), x, height - edge.bottom + 18);
  for (const mark of marks(low.at(-1)).filter((one) => one >= low[0])) {
    svg.append(write(edge.left - 8, y(mark) + 4, String(Number(mark.toPrecision(6))), { class: "tick", "text-anchor": "end" }));
  }
  svg.append(write(width - edge.right, height - 2, symbols[0], { class: "tick name", "text-anchor": "end" }));
  svg.append(write(0, 12, symbols[1], { class: "tick name" }));
  const placed = [];
  for (const [[tx, ty], text, kind] of right) {
    if (placed.some(([ox, oy]) => Math.abs(ox - tx) < 52 && Math.abs(oy - ty) < 15)) continue;
    placed.push([tx, ty]);
    const cx = Math.min(Math.max(tx, edge.left + 26), width - edge.right - 26);
    svg.append(write(cx, Math.max(ty + 4, edge.top + 8), text, { class: kind === "budget" ? "tick strong halo" : "tick halo", "text-anchor": "middle" }));
  }
  svg.append(draw("g", { class: "now" }));
  svg.mark = (nowX, nowY) => {
    const group = svg.querySelector(".now");
    const [cx, cy] = [x(about(parsed(nowX))), y(about(parsed(nowY)))];
    group.replaceChildren();
    if (cx < edge.left || cx > width || cy < 0 || cy > height - edge.bottom) return;
    group.append(draw("line", { x1: cx, x2: cx, y1: edge.top, y2: height - edge.bottom, class: "marker" }));
    group.append(draw("line", { x1: edge.left, x2: width - edge.right, y1: cy, y2: cy, class: "marker" }));
    group.append(draw("circle", { cx, cy, r: 5, class: `here ${COSTS[which]}` }));
  };
  svg.mark(...now);
  return svg;
}

/** Round costs, as powers of 10, of which some seven lie in the field. */
function levelsOf(logs) {
  const values = logs.flat().filter((one) => !Number.isNaN(one));
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const all = [];
  for (let power = Math.floor(least); power <= most; power++) for (const digit of [1, 2, 5]) all.push(Math.log10(digit) + power);
  const inside = all.filter((one) => one > least && one < most);
  return inside.length > 8 ? inside.slice(-8) : inside;
}

/** The cells of one row of the field, shaded by the level that they lie above; equal ones are one. */
function bands(svg, logs, i, px, py, levels) {
  const bandOf = (value) => levels.filter((one) => value >= one).length;
  let from = 0;
  const shade = (j) => {
    const corners = [logs[i][j], logs[i][j + 1], logs[i + 1][j], logs[i + 1][j + 1]];
    return corners.some(Number.isNaN) ? -1 : bandOf(corners.reduce((a, b) => a + b) / 4);
  };
  for (let j = 0; j + 1 < px.length; j++) {
    const own = shade(j);
    if (j + 2 < px.length && shade(j + 1) === own) continue;
    const opacity = own < 0 ? 0 : 0.04 + 0.3 * (own / Math.max(levels.length, 1)) ** 1.3;
    svg.append(draw("rect", { x: px[from], y: py[i + 1], width: px[j + 1] - px[from], height: py[i] - py[i + 1], class: own < 0 ? "nowhere" : "band", "fill-opacity": opacity.toFixed(3) }));
    from = j + 1;
  }
}

/** Where a level crosses the cells of a field, as segments (marching squares). */
function crossing(logs, px, py, one) {
  const segments = [];
  for (let i = 0; i + 1 < py.length; i++) {
    for (let j = 0; j + 1 < px.length; j++) {
      const corners = [[i, j], [i, j + 1], [i + 1, j + 1], [i + 1, j]];
      const points = [];
      corners.forEach(([a, b], k) => {
        const [c, d] = corners[(k + 1) % 4];
        const [v, w] = [logs[a][b], logs[c][d]];
        if (Number.isNaN(v) || Number.isNaN(w) || v >= one === w >= one) return;
        const t = (one - v) / (w - v);
        points.push([px[b] + t * (px[d] - px[b]), py[a] + t * (py[c] - py[a])]);
      });
      for (let k = 0; k + 1 < points.length; k += 2) segments.push([points[k], points[k + 1]]);
    }
  }
  return segments;
}
