// Where the page is: its networks, the setting of each, and what follows when that moves.
import { byId } from "./elements.js";
import { Network } from "./network.js";
import { moved, positions } from "./state.js";
import { workName } from "./words.js";

export const data = JSON.parse(byId("data").textContent);
export const networks = data.networks.map((one) => new Network(one, data.conventions));
/** The same networks, for what asks for other settings than those of the page: a network keeps the
 * values of the setting that it was asked for last, and the page goes on to read its own. */
export const others = data.networks.map((one) => new Network(one, data.conventions));
export const conventionAt = (name) => data.conventions.findIndex((one) => one.name === name);

/** `all` are the settings of each network; `more` are words of the address besides them, of which
 * those that are empty are not in it. */
export const state = {
  network: 0,
  all: networks.map(({ start }) => ({ ...start })),
  more: {},
  get settings() {
    return this.all[this.network];
  },
};
export const view = { made: null, sort: "order", falling: false, filter: "", costly: false, points: null, field: null };

export const network = () => networks[state.network];
export const convention = () => Math.max(conventionAt(state.more.convention || data.convention), 0);
export const names = () => [workName(data.conventions[convention()].unit), "parameters"];
/** Which cost the pictures over parameters and the graph show. */
export const drawnCost = () => Number(state.more.cost === "params");
export const symbolOf = (name) => network().parameters.get(name).symbol;

/** The parameters that are numbers, and of which the page has forms at more than one value. */
export function axes() {
  const numbers = network().data.parameters.filter((one) => !one.choices.length).map((one) => one.name);
  const order = ["alpha", "resolution", "rho", "delta"];
  const rank = (name) => (order.includes(name) ? order.indexOf(name) : 9);
  return numbers
    .filter((name) => positions(network(), network().parameters.get(name)).length > 1)
    .sort((a, b) => rank(a) - rank(b));
}

/** Sets parameters; those of the same name in the other networks too, unless each is by itself. */
export function place(settings) {
  networks.forEach((one, i) => {
    if (i !== state.network && state.more.alone) return;
    const own = Object.entries(settings).filter(([name]) => one.parameters.has(name));
    state.all[i] = moved(one, state.all[i], Object.fromEntries(own)).settings;
  });
}

/** Who shows the setting. */
const listeners = [];

export function listen(listener) {
  listeners.push(listener);
}

/** Shows the setting everywhere. */
export function update() {
  for (const listener of listeners) listener();
}
