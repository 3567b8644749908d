// A cost over two parameters, as lines of equal cost.
import { about, compare, parsed } from "./exact.js";
import { ticks } from "./curves.js";
import { draw } from "./elements.js";
import { COSTS, marks, picture, write } from "./pictures.js";
import { positions } from "./state.js";
import { level } from "./words.js";

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
    group.replaceChildren();
    if (parsed(nowX) === null || parsed(nowY) === null) return; // two sides
    const [cx, cy] = [x(about(parsed(nowX))), y(about(parsed(nowY)))];
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
