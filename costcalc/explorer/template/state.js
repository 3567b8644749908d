// What the page is set to: in its controls, in its address, and as a command line.
import { about, add, compare, decimal, floor, isWhole, over, parsed, times, written } from "./exact.js";
import { setting, sidesOf } from "./network.js";

/** At most so many positions has a slider, besides usual values. */
const POSITIONS = 400;

/** A value as a number; of two sides, the height. */
function near(text) {
  return parsed(sidesOf(text)[0]);
}

function range(parameter) {
  const values = [parameter.default, ...parameter.usual].map(near);
  values.sort(compare);
  const isReal = parameter.domain === "positive number";
  const [low, high] = [values[0], values.at(-1)];
  const least = parameter.domain === "whole number" ? 0 : 1;
  if (!isReal) {
    const end = Math.max(Math.ceil(about(high) * 1.5), least + 8);
    return { from: least, end, step: stepOf(end / POSITIONS, 1) };
  }
  const end = about(high) < 4 ? add(over(floor(times(high, 2)), 2), over(1, 2)) : floor(times(high, over(3, 2)));
  const step = about(end) < 4 ? over(1, 100) : stepOf(about(end) / 200, 0);
  return { from: compare(low, step) < 0 ? low : step, end: Math.max(about(end), 1), step };
}

/** 1, 2, 5, 10, … that is at least so large, and not below 1 for whole numbers. */
function stepOf(size, least) {
  let power = least ? 1 : 10 ** Math.floor(Math.log10(size));
  for (;;) {
    for (const step of [power, 2 * power, 5 * power]) {
      if (step >= size) return parsed(step < 1 ? step.toFixed(6).replace(/0+$/, "") : step);
    }
    power *= 10;
  }
}

const kept = new WeakMap();

/** The exact values that a slider takes, as text, in order. */
export function positions(network, parameter) {
  if (!kept.has(parameter)) kept.set(parameter, positionsOf(network, parameter));
  return kept.get(parameter);
}

function positionsOf(network, parameter) {
  const bound = network.boundTo(parameter.name);
  if (bound.length) return [...bound].sort((a, b) => compare(parsed(a), parsed(b)));
  const { from, end, step } = range(parameter);
  const values = new Map();
  const keep = (value) => values.set(written(value), value);
  keep(from);
  for (let value = step; about(value) <= about(end) + 1e-9; value = add(value, step)) {
    if (compare(value, from) >= 0) keep(value);
  }
  for (const text of [parameter.default, ...parameter.usual]) keep(near(text));
  return [...values.values()].sort(compare).map(written);
}

/** The place of a value among positions: that of the nearest below. */
export function placeOf(values, text) {
  const value = near(text);
  let place = 0;
  while (place + 1 < values.length && compare(parsed(values[place + 1]), value) <= 0) place++;
  return place;
}

/** A value as the page shows it: "0.75", "6/7". */
export function shown(text) {
  const value = parsed(text);
  return value === null ? text : decimal(value, 4);
}

/** What differs from how the page starts, as the end of its address: the settings of the network in
 * front ("alpha=1/2"), those of others (".vgg-16/resolution=160"), and more (".convention=keras"). */
export function address(state, networks) {
  const pairs = [];
  networks.forEach((network, i) => {
    const own = Object.entries(state.all[i]).filter(([name, text]) => text !== network.start[name]);
    const before = i === state.network ? "" : `.${network.data.name}/`;
    pairs.push(...own.map(([name, text]) => [before + name, text]));
  });
  pairs.sort(([a], [b]) => a.startsWith(".") - b.startsWith("."));
  pairs.push(...Object.entries(state.more).filter(([, text]) => text).map(([name, text]) => [`.${name}`, text]));
  return pairs.map((pair) => pair.map((text) => encodeURIComponent(text).replaceAll("%2F", "/")).join("=")).join("&");
}

/** What an address says. */
export function readAddress(hash) {
  const [settings, more, others] = [Object.create(null), Object.create(null), Object.create(null)];
  for (const pair of hash.replace(/^#/, "").split("&").filter(Boolean)) {
    const [name, text] = pair.split("=").map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return "";
      }
    });
    const [, network, parameter] = /^\.([^/]+)\/(.+)$/.exec(name) ?? [];
    if (network) (others[network] ??= Object.create(null))[parameter] = text ?? "";
    else if (name.startsWith(".")) more[name.slice(1)] = text ?? "";
    else settings[name] = text ?? "";
  }
  return { settings, more, others };
}

/** Settings with those that are given and right; `wrong` says what is not, by name. */
export function moved(network, settings, given) {
  const result = { settings: { ...settings }, wrong: {} };
  for (const [name, text] of Object.entries(given)) {
    const parameter = network.parameters.get(name);
    if (!parameter) {
      result.wrong[name] = `${network.data.name} has no parameter ${name}`;
      continue;
    }
    const { value, wrong } = setting(parameter, text);
    if (wrong) result.wrong[name] = wrong;
    else result.settings[name] = value;
  }
  return result;
}

const FLAGS = new Set(["alpha", "delta", "rho", "resolution", "classes"]);

/** The command that prints what the page shows. */
export function command(network, settings, convention) {
  const words = ["costcalc", "count", network.data.given];
  for (const [name, text] of Object.entries(settings)) {
    if (text === network.defaults[name]) continue;
    const value = isWhole(parsed(text) ?? 0) ? text : shown(text);
    words.push(...(FLAGS.has(name) ? [`--${name}`, value] : ["--set", `${name}=${value}`]));
  }
  if (convention !== "paper") words.push("--convention", convention);
  return words.map((word) => (/^[\w.,/=@:+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}
