// What papers print of the networks: a cost against what it buys, and the figures as a table.
import { about, compare, parsed } from "./exact.js";
import { draw, make } from "./elements.js";
import { COSTS, marks, picture, write } from "./pictures.js";
import { grouped, level } from "./words.js";

/** What a verdict says to somebody who has not read the manual. */
const VERDICTS = { rounds: "agrees", truncates: "agrees, cut off", differs: "differs", unchecked: "not checked" };

/** What stands beside the figures and is a number: ["accuracy %", …]. */
export function scales(rows) {
  const names = rows.flatMap(({ beside }) => Object.entries(beside).filter(([, text]) => parsed(text)).map(([name]) => name));
  return [...new Set(names)];
}

/** The rows that are points: {row, at, printed, computed}, by table and network. */
function seriesOf(rows, which, scale) {
  const found = new Map();
  for (const row of rows) {
    const [figure, value] = [row[COSTS[which]], parsed(row.beside[scale] ?? "")];
    if (!figure || figure.amount === null || value === null) continue;
    const [printed, computed] = [figure.amount, figure.computed].map((one) => (one === null ? null : parsed(one)));
    const key = JSON.stringify([row.network, row.paper, row.table]);
    if (!found.has(key)) found.set(key, []);
    found.get(key).push({ row, figure, height: about(value), printed, computed });
  }
  return [...found.values()].map((points) => points.sort((a, b) => compare(a.printed, b.printed)));
}

/** Where a figure stands: its paper, table and row. */
export function sourceOf({ paper, table, row }) {
  return `${paper}, ${table}: ${row}`;
}

/** The figures as points: printed ones filled, and rings where they should be. `now` is the cost of
 * the setting, or null; `tell` is called with the row under the pointer, or null. */
export function scatter(rows, which, scale, now, width, label, tell) {
  const series = seriesOf(rows, which, scale);
  const points = series.flat();
  const height = Math.round(Math.min(360, Math.max(240, width * 0.5)));
  const edge = { left: 46, right: 16, top: 24, bottom: 36 };
  const svg = picture(width, height, points.length ? label : `No row prints both this cost and ${scale}`);
  if (!points.length) return svg;
  const costs = [...points.flatMap(({ printed, computed }) => [printed, computed ?? printed]), now ?? 0].map(about);
  const most = Math.max(...costs, 1) * 1.06;
  const heights = points.map((point) => point.height);
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  const step = marks(Math.max(high - low, 1))[1] ?? 1;
  const [first, last] = [Math.floor(low / step - 0.4) * step, Math.ceil(high / step + 0.4) * step];
  const x = (cost) => edge.left + (cost / most) * (width - edge.left - edge.right);
  const y = (value) => height - edge.bottom - ((value - first) / (last - first)) * (height - edge.top - edge.bottom);
  for (let mark = first; mark <= last + step / 2; mark += step) {
    svg.append(draw("line", { x1: edge.left, x2: width - edge.right, y1: y(mark), y2: y(mark), class: mark === first ? "axis" : "grid" }));
    svg.append(write(edge.left - 8, y(mark) + 4, String(Number(mark.toPrecision(6))), { class: "tick", "text-anchor": "end" }));
  }
  for (const mark of marks(most)) svg.append(write(x(mark), height - edge.bottom + 18, mark ? level(Math.round(mark)) : "0", { class: "tick", "text-anchor": "middle" }));
  svg.append(write(0, 12, scale, { class: "tick name" }));
  if (now !== null) svg.append(draw("line", { x1: x(about(now)), x2: x(about(now)), y1: edge.top, y2: height - edge.bottom, class: "marker" }));
  for (const own of series) {
    if (own.length > 1) svg.append(draw("path", { d: `M${own.map((point) => `${x(about(point.printed)).toFixed(1)},${y(point.height).toFixed(1)}`).join("L")}`, class: "series" }));
  }
  for (const point of points) svg.append(dot(point, x, y, which));
  if (width > 500) svg.append(...labelsOf(series, x, y));
  svg.addEventListener("pointermove", ({ target }) => tell(points.find(({ element }) => element === target.closest("g"))?.row ?? null));
  svg.addEventListener("pointerleave", () => tell(null));
  return svg;
}

/** The tables of the points, beside the last ones, where there is room above or below. */
function labelsOf(series, x, y) {
  const placed = [];
  return series.flatMap((own) => {
    const { printed, height, row } = own.at(-1);
    const right = Math.max(x(about(printed)) + 8, row.table.length * 6.4 + 52);
    const at = [y(height) - 13, y(height) + 22].find((one) => placed.every(([ox, oy]) => Math.abs(oy - one) > 13 || Math.abs(ox - right) > 110));
    if (at === undefined) return [];
    placed.push([right, at]);
    return [write(right, at, row.table, { class: "tick halo", "text-anchor": "end" })];
  });
}

function dot(point, x, y, which) {
  const { row, figure, printed, computed } = point;
  const [cx, cy] = [x(about(printed)), y(point.height)];
  const group = draw("g", { class: figure.verdict === "differs" ? "printed wrong" : "printed" });
  group.append(draw("title", { text: `${sourceOf(row)}\n${said(figure)}` }));
  if (computed !== null) {
    const right = x(about(computed));
    group.append(draw("line", { x1: cx, x2: right, y1: cy, y2: cy, class: "gap" }), draw("circle", { cx: right, cy, r: 6.5, class: "should" }));
  }
  group.append(draw("circle", { cx, cy, r: 3.5, class: COSTS[which] }));
  point.element = group;
  return group;
}

/** A figure in words: "11.58 M printed, 11.59 M computed: differs". */
export function said({ printed, should_be, verdict, convention, note }) {
  const parts = [`${printed} printed`];
  if (should_be) parts.push(`${should_be} computed${convention ? ` as “${convention}”` : ""}`);
  return `${parts.join(", ")}: ${VERDICTS[verdict] ?? verdict}${note ? ` (${note})` : ""}`;
}

/** The figures as a table; a row moves the page to what it binds. */
export function publishedTable(rows, names, choose) {
  const asked = scales(rows);
  const heads = [["Figure"], ...asked.map((name) => [name, "number"])];
  for (const name of names) heads.push([`${name} printed`, "number"], ["computed", "number"], ["verdict"]);
  const head = make("tr", {}, ...heads.map(([text, kind = ""]) => make("th", { scope: "col", class: kind, text })));
  const cells = (figure) => {
    if (!figure) return ["", "", ""].map((text) => make("td", { text }));
    const { printed, should_be, computed, verdict, note } = figure;
    const exact = computed === null ? "" : grouped(parsed(computed));
    return [
      make("td", { class: "number", text: printed }),
      make("td", { class: "number", title: exact, text: should_be || "–" }),
      make("td", { class: `verdict ${verdict}`, title: note, text: VERDICTS[verdict] ?? verdict }),
    ];
  };
  let above = "";
  const body = rows.flatMap((row) => {
    const own = make("button", { type: "button", text: row.row, onclick: () => choose(row), title: "Set the page to what this row is about" });
    const line = make("tr", {}, make("th", { scope: "row" }, own), ...asked.map((name) => make("td", { class: "number", text: row.beside[name] ?? "" })), ...COSTS.flatMap((key) => cells(row[key])));
    const head = `${row.paper}, ${row.table}`;
    if (head === above) return [line];
    above = head;
    return [make("tr", { class: "from" }, make("th", { scope: "colgroup", colspan: heads.length, text: head })), line];
  });
  return make("table", { class: "published" }, make("thead", {}, head), make("tbody", {}, ...body));
}

/** How many figures there are of each verdict, as a sentence. */
export function verdictsOf(rows) {
  const counts = new Map();
  for (const row of rows) {
    for (const key of COSTS) {
      if (row[key]) counts.set(row[key].verdict, (counts.get(row[key].verdict) ?? 0) + 1);
    }
  }
  const agree = (counts.get("rounds") ?? 0) + (counts.get("truncates") ?? 0);
  const parts = [[agree, "agree"], [counts.get("differs") ?? 0, "differ"], [counts.get("unchecked") ?? 0, "are not checked"]];
  return parts.filter(([number]) => number).map(([number, verb]) => `${number} ${verb}`).join(", ");
}
