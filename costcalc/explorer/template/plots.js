// The pictures over parameters: what they show, worked out a little at a time, and their options.
import { byId, later, make, say, selection } from "./elements.js";
import { axes, convention, drawnCost, names, others, state, symbolOf, update, view } from "./here.js";
import { along, curve, within } from "./curves.js";
import { contours, over2 } from "./maps.js";
import { wide } from "./pictures.js";
import { amount } from "./words.js";

export function pictureOptions() {
  const all = axes().map((name) => [name, symbolOf(name)]);
  byId("along").hidden = !all.length;
  byId("over").hidden = all.length < 2;
  if (!all.length) return;
  const pick = (key, text, fallback) => selection(text, all, state.more[key] || fallback, (name) => {
    state.more[key] = name;
    update();
  });
  const costs = selection("", [["", names()[0]], ["params", "Parameters"]], state.more.cost ?? "", (cost) => {
    state.more.cost = cost;
    update();
    drawPictures();
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

/** Works the pictures out again, if what they hang on has moved, a little at a time. */
export function pictures() {
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
  const name = drawnCost() ? "Parameters" : names()[0];
  const now = { text: state.settings[x], costs: view.made.counted ? view.made.totals : null };
  byId("curve").replaceChildren(curve(points, drawnCost(), symbolOf(x), now, budget(), wide(byId("curve")), `${name} along ${symbolOf(x)}`));
  say(byId("within"), budget() === null ? "" : within(points, drawnCost(), symbolOf(x), budget()));
}

function markCurve() {
  byId("curve").firstChild?.mark?.(state.settings[view.points.x], view.made.counted ? view.made.totals : null);
}

function drawMap() {
  const { across, up, field } = view.field;
  const name = drawnCost() ? "Parameters" : names()[0];
  const svg = contours(field, drawnCost(), [symbolOf(across), symbolOf(up)], [state.settings[across], state.settings[up]], budget(), wide(byId("map")), `Lines of equal ${name} over ${symbolOf(across)} and ${symbolOf(up)}`);
  byId("map").classList.toggle("of-params", drawnCost() === 1);
  byId("map").replaceChildren(svg);
  say(byId("over-note"), `${name}, at what the other controls say.`);
}

function markMap() {
  byId("map").firstChild?.mark?.(state.settings[view.field.across], state.settings[view.field.up]);
}

export function drawPictures() {
  if (view.points) drawCurve();
  if (view.field) drawMap();
}
