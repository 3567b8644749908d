// Pictures as SVG: the layers in their order, and what is live at each step.
import { about, compare } from "./exact.js";
import { draw } from "./elements.js";
import { percent, short, typeOf } from "./words.js";

export const COSTS = ["mult_adds", "params"];

export function picture(width, height, label, ...children) {
  const attributes = { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label };
  return draw("svg", attributes, ...children);
}

export function write(x, y, text, attributes = {}) {
  return draw("text", { x, y, text, ...attributes });
}

/** Round numbers from 0 on that part a length into some four. */
export function marks(most) {
  const size = 10 ** Math.floor(Math.log10(most / 4 || 1));
  const step = [1, 2, 5, 10].map((k) => k * size).find((one) => most / one <= 5);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
}

/** How wide elements are; kept until the window changes, since asking lays the page out. */
export const widths = new Map();

export function wide(element) {
  if (!widths.has(element)) widths.set(element, Math.max(Math.floor(element.clientWidth), 280));
  return widths.get(element);
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
