// A network of the page's data at settings of its parameters: whether it exists, what each layer
// costs. The closed forms are data; a switch over the names of functions evaluates them.
import { add, ceil, compare, divisible, floor, isWhole, nearest, over, parsed, round, times, written } from "./exact.js";

/** How a number stands to 0, or whether it is whole. */
const RELATIONS = {
  "==": (x) => compare(x, 0) === 0,
  "!=": (x) => compare(x, 0) !== 0,
  "<": (x) => compare(x, 0) < 0,
  "<=": (x) => compare(x, 0) <= 0,
  ">": (x) => compare(x, 0) > 0,
  ">=": (x) => compare(x, 0) >= 0,
  whole: isWhole,
};

function applied(kind, args) {
  switch (kind) {
    case "floor":
      return floor(args[0]);
    case "ceil":
      return ceil(args[0]);
    case "nearest":
      return nearest(args[0]);
    case "round":
      return round(args[0]);
    case "divisible":
      return divisible(args[0], args[1]);
    case "quotient":
      return over(args[0], args[1]);
    case "max":
      return args.reduce((a, b) => (compare(a, b) < 0 ? b : a));
    case "min":
      return args.reduce((a, b) => (compare(a, b) > 0 ? b : a));
    default:
      return Number(RELATIONS[kind](args[0])); // an indicator
  }
}

/** The values of all nodes at values of the symbols, each worked out when it is first asked for and
 * forgotten when a symbol that it hangs on moves. */
class Values {
  constructor(table) {
    this.table = table.map(prepared);
    this.known = new Array(table.length);
    this.symbols = new Map();
    this.hanging = new Map(); // symbol -> the nodes that hang on it
    const names = [];
    this.table.forEach((node, i) => {
      const inside = node.args ?? node.terms?.flatMap((term) => term.slice(1)) ?? [];
      names[i] = new Set(node.symbol === undefined ? [] : [node.symbol]);
      for (const j of inside) for (const name of names[j]) names[i].add(name);
      for (const name of names[i]) {
        if (!this.hanging.has(name)) this.hanging.set(name, []);
        this.hanging.get(name).push(i);
      }
    });
  }

  set(symbol, value) {
    const before = this.symbols.get(symbol);
    if (before !== undefined && compare(before, value) === 0) return;
    this.symbols.set(symbol, value);
    for (const i of this.hanging.get(symbol) ?? []) this.known[i] = undefined;
  }

  /** Throws where it divides by 0. */
  of(i) {
    const known = this.known[i];
    if (known !== undefined) return known;
    const node = this.table[i];
    let value;
    if (node.terms) {
      value = 0;
      for (const term of node.terms) {
        let product = term[0];
        for (let k = 1; k < term.length; k++) product = times(product, this.of(term[k]));
        value = add(value, product);
      }
    } else if (node.symbol !== undefined) {
      value = this.symbols.get(node.symbol);
      if (value === undefined) throw new RangeError(`${node.symbol} has no value`);
    } else {
      value = node.args ? applied(node.kind, node.args.map((j) => this.of(j))) : node.constant;
    }
    this.known[i] = value;
    return value;
  }
}

/** A node of the data with its numbers read. */
function prepared(node) {
  if (!Array.isArray(node)) return { constant: parsed(node) };
  if (Array.isArray(node[0])) return { terms: node.map(([c, ...factors]) => [parsed(c), ...factors]) };
  const [kind, ...args] = node;
  return kind === "x" ? { symbol: args[0] } : { kind, args };
}

export const MAX_VALUE = 10n ** 12n; // what a count refuses, a page refuses

/** Height and width of a resolution: of "224x160", and of "96²", which is both; one side, of others. */
export function sidesOf(text) {
  const [, both] = /^\s*(\d+)\s*(?:²|\^2)\s*$/.exec(text) ?? [];
  return both === undefined ? String(text).split(/[x×]/i) : [both, both];
}

/** What is wrong with a text as the value of a parameter, or its value as exact text. */
export function setting(parameter, text) {
  if (parameter.choices.length) {
    const isChoice = parameter.choices.includes(String(text));
    return isChoice ? { value: String(text) } : { wrong: `one of ${parameter.choices.join(", ")}` };
  }
  const sides = (parameter.name === "resolution" ? sidesOf(text) : [text]).map((side) => numberOf(parameter, side));
  const wrong = sides.length > 2 ? { wrong: "N or HxW, such as 224x160" } : sides.find((side) => side.wrong);
  const values = [...new Set(sides.map(({ value }) => value))]; // one, if they are the same
  return wrong ?? { value: values.join("x") };
}

function numberOf(parameter, text) {
  const value = parsed(text);
  if (value === null) {
    return { wrong: "a number, such as 3/4 or 0.75" };
  }
  const least = parameter.domain === "whole number" ? compare(value, 0) >= 0 : compare(value, 0) > 0;
  if (!least || (parameter.domain !== "positive number" && !isWhole(value))) {
    return { wrong: `a ${parameter.domain}` };
  }
  const bottom = isWhole(value) ? 1n : value.d;
  if (compare(value, MAX_VALUE) > 0 || bottom > MAX_VALUE) return { wrong: `at most ${MAX_VALUE}` };
  return { value: written(value) };
}

export class Network {
  constructor(data, conventions) {
    this.data = data;
    this.conventions = conventions.map((given) => ({
      ...given,
      weights: [given.mult_adds, given.params].map(
        (weights) => new Map(weights.map(([tag, weight]) => [tag, parsed(weight)])),
      ),
    }));
    this.values = new Values(data.nodes);
    this.parameters = new Map(data.parameters.map((one) => [one.name, one]));
    this.defaults = Object.fromEntries(data.parameters.map((one) => [one.name, setting(one, one.default).value]));
    this.start = { ...this.defaults };
    for (const [name, text] of Object.entries(data.start)) this.start[name] = setting(this.parameters.get(name), text).value;
  }

  /** The values of a parameter that closed forms of this page are bound to; none: all are free. */
  boundTo(name) {
    const bound = this.data.pieces.map((piece) => piece.bound[name]);
    return bound.includes(undefined) ? [] : [...new Set(bound)];
  }

  /** The layers and totals at settings (exact text by parameter): {exists: true, …}; or
   * {exists: false, reasons}; or {exists: null, reasons} where this page has no closed form. */
  at(settings, convention) {
    this.isSquare = !String(settings.resolution).includes("x");
    const fitting = this.data.pieces.filter((piece) =>
      (this.isSquare || !piece.square) && Object.entries(piece.bound).every(([name, value]) => settings[name] === value),
    );
    fitting.sort((a, b) => Object.keys(b.bound).length - Object.keys(a.bound).length);
    for (const [name, text] of Object.entries(settings)) {
      if (this.parameters.get(name).choices.length) continue;
      const [height, width] = sidesOf(text);
      this.values.set(name, parsed(height));
      if (name !== "resolution") continue;
      this.values.set("resolution.height", parsed(height));
      this.values.set("resolution.width", parsed(width ?? height));
    }
    let left = { exists: null, reasons: [this.uncovered(settings)] };
    for (const piece of fitting) {
      if (piece.refused !== undefined) return { exists: false, reasons: [piece.refused] };
      const failed = this.failed(piece);
      if (failed === null) return this.counted(piece, this.conventions[convention]);
      if (failed.exists === false) return failed;
      left = failed;
    }
    return left;
  }

  uncovered(settings) {
    const listed = [...this.parameters.keys()].filter((name) => {
      const bound = this.boundTo(name);
      return bound.length && !bound.includes(settings[name]);
    });
    const words = listed.map((name) => `${name} = ${this.boundTo(name).join(", ")}`);
    if (!this.isSquare && !words.length) return "this page has closed forms for square inputs only";
    return words.length
      ? `this page has closed forms for ${words.join(" and ")} only`
      : "this page has no closed form here";
  }

  /** The bytes that are live at each step of a piece at these settings, one byte for each number:
   * [[path, bytes], …]. Null where this page has no closed form of them. */
  stairs(piece, settings) {
    const one = piece.stairs.find(
      ({ bound, holds }) =>
        Object.entries(bound).every(([name, value]) => settings[name] === value) &&
        holds.every((node) => compare(this.values.of(node), 0) === 0),
    );
    if (!one) return null;
    const steps = one.steps.map(([path, node]) => [path, this.values.of(node)]);
    return steps.filter(([, bytes]) => compare(bytes, 0) !== 0); // the others are not there
  }

  /** The first condition that does not hold says whether the network is another one, or none; null
   * where all hold. */
  failed(piece) {
    const reasons = [];
    for (const need of piece.needs) {
      if (this.holds(need)) continue;
      if (need.of === "form" && !reasons.length) {
        return { exists: null, reasons: [`the closed form on this page holds only where ${this.said(need.text)}`] };
      }
      if (need.of === "network") reasons.push(`${need.layer} needs ${this.said(need.text)}`);
    }
    return reasons.length ? { exists: false, reasons: [...new Set(reasons)] } : null;
  }

  /** How a symbol is written: a side of the input as R where both are the same. */
  letter(symbol) {
    const [name, side] = symbol.split(".");
    const letter = this.parameters.get(name)?.symbol ?? name;
    return side === undefined || this.isSquare ? letter : `${letter}_${side[0]}`;
  }

  said(text) {
    return text.replace(/resolution\.(height|width)/g, (symbol) => this.letter(symbol));
  }

  holds(need) {
    const stands = RELATIONS[need.relation];
    try {
      return this.inRounds(need.ranges ?? [], need.relation, () => stands(this.values.of(need.value)));
    } catch (error) {
      if (error instanceof RangeError) return false; // it divides by 0
      throw error;
    }
  }

  /** Whether something holds in every round: at as many as a polynomial of its degree needs. */
  inRounds(ranges, relation, holds) {
    if (!ranges.length) return holds();
    const [index, count, degree] = ranges.at(-1); // the outermost
    const rounds = Number(floor(this.values.of(count)));
    const isBound = relation === ">=" || relation === ">";
    const last = degree === null || (isBound && degree > 1) ? rounds : isBound ? 2 : Math.min(rounds, degree + 1);
    for (let i = 0; i < Math.min(last, rounds); i++) {
      const round = isBound && last === 2 && i === 1 ? rounds - 1 : i;
      this.values.set(index, round);
      if (!this.inRounds(ranges.slice(0, -1), relation, holds)) return false;
    }
    return true;
  }

  counted(piece, convention) {
    const totals = [0, 0];
    const layers = [];
    for (const layer of piece.layers) {
      if (layer.exists !== undefined && this.values.of(layer.exists) === 0) continue;
      const costs = this.costs(layer, convention);
      if (!Array.isArray(costs)) return { exists: true, counted: false, ...costs };
      totals[0] = add(totals[0], costs[0]);
      totals[1] = add(totals[1], costs[1]);
      layers.push({ layer, costs });
    }
    return { exists: true, counted: true, totals, layers, piece };
  }

  /** [Mult-Adds, parameters] of all rounds of a layer; or why there are none, and whether that is
   * `known`, or only not on this page. */
  costs(layer, convention) {
    const sums = [0, 0];
    for (let which = 0; which < 2; which++) {
      const weights = convention.weights[which];
      if (layer.unknown?.some((tag) => weights.has(tag))) {
        const reason = `${convention.name} counts something of ${layer.name} that has no closed form in all parameters`;
        return { known: false, reasons: [reason] };
      }
      for (let k = 0; k < layer.terms.length; k += 2) {
        const weight = weights.get(layer.terms[k]);
        if (weight !== undefined) {
          const amount = this.values.of(layer.terms[k + 1]);
          sums[which] = add(sums[which], weight === 1 ? amount : times(weight, amount));
        }
      }
      if (!isWhole(sums[which])) {
        return { known: true, reasons: [`${convention.name} counts ${written(sums[which])} for layer ${layer.name}`] };
      }
      if (layer.times !== undefined) sums[which] = times(sums[which], this.values.of(layer.times));
    }
    return sums;
  }

  /** A shape as text; of rounds that differ, from the first to the last: "32×32×24…156". */
  shape(layer, side) {
    const sides = () => layer[side].map((node) => written(this.values.of(node)));
    const ranges = layer.ranges ?? [];
    const ends = [0, 1].map((end) => {
      for (const [index, count] of [...ranges].reverse()) {
        this.values.set(index, end ? add(this.values.of(count), -1) : 0);
      }
      return sides();
    });
    return ends[0].map((first, i) => (first === ends[1][i] ? first : `${first}…${ends[1][i]}`)).join("×");
  }

  /** How many layers of the network one line stands for. */
  number(layer) {
    const factors = [layer.times, layer.rounds].filter((node) => node !== undefined);
    return factors.reduce((product, node) => times(product, this.values.of(node)), 1);
  }
}
