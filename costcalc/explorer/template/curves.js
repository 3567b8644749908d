// A cost along one parameter, as a picture, with a budget.
import { about, compare, parsed } from "./exact.js";
import { draw } from "./elements.js";
import { COSTS, marks, picture, write } from "./pictures.js";
import { positions, shown } from "./state.js";
import { level, short } from "./words.js";

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
    else svg.append(draw("circle", { cx: x(run[0].at), cy: y(about(run[0].costs[which])), r: 3.5, class: `dot ${COSTS[which]}` }));
  }
  if (budget !== null) {
    const at = y(Math.min(about(budget), most));
    if (about(budget) <= most) svg.append(draw("line", { x1: edge.left, x2: width - edge.right, y1: at, y2: at, class: "budget" }));
    svg.append(write(width - edge.right, at - 5, `budget ${level(budget)}`, { class: "tick strong", "text-anchor": "end" }));
  }
  svg.append(draw("g", { class: "now" }));
  svg.mark = (text, costs) => {
    const group = svg.querySelector(".now");
    group.replaceChildren();
    if (parsed(text) === null) return; // two sides, which are no place on the axis
    const at = x(about(parsed(text)));
    if (at < edge.left || at > width) return;
    group.append(draw("line", { x1: at, x2: at, y1: edge.top, y2: height - edge.bottom, class: "marker" }));
    if (costs && about(costs[which]) <= most) group.append(draw("circle", { cx: at, cy: y(about(costs[which])), r: 5, class: `here ${COSTS[which]}` }));
  };
  svg.mark(now.text, now.costs);
  return svg;
}

/** Values below an axis: some five, none over another. */
export function ticks(svg, points, x, y) {
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
