// The costs as formulas: polynomials without roundings, weighed by a convention, as MathML and LaTeX.
import { add, compare, isWhole, times, written } from "./exact.js";

const MATH = "http://www.w3.org/1998/Math/MathML";

function math(tag, ...children) {
  const element = document.createElementNS(MATH, tag);
  element.append(...children);
  return element;
}

/** A cost of a piece under a convention as products of nodes: [[coefficient, [node, …]], …], those
 * with most factors first. Null where a tag that it weighs has no closed form. */
export function polynomial(network, piece, weights) {
  const found = new Map();
  if (piece.layers.some((layer) => layer.unknown?.some((tag) => weights.has(tag)))) return null;
  for (const [tag, node] of piece.exact) {
    if (!weights.has(tag)) continue;
    for (const [coefficient, ...factors] of termsOf(network, node)) {
      const key = factors.map((node) => atomIn(network, node, LATEX)).sort().join(" ");
      const sum = add(found.get(key)?.[0] ?? 0, times(weights.get(tag), coefficient));
      found.set(key, [sum, factors]);
    }
  }
  const left = [...found.values()].filter(([coefficient]) => compare(coefficient, 0) !== 0);
  const name = ([, factors]) => factors.map((node) => wordOf(network, node)).sort().join(" ");
  return left.sort((a, b) => b[1].length - a[1].length || (name(a) < name(b) ? -1 : 1));
}

function termsOf(network, node) {
  const { terms, constant } = network.values.table[node];
  if (terms) return terms;
  return constant === undefined ? [[1, node]] : [[constant]];
}

/** The value of a polynomial where the network stands. */
export function valueOf(network, terms) {
  return terms.reduce((sum, [c, factors]) => add(sum, factors.reduce((product, node) => times(product, network.values.of(node)), c)), 0);
}

function wordOf(network, node) {
  const { symbol, kind } = network.values.table[node];
  return symbol === undefined ? kind : network.letter(symbol);
}

/** Factors with their powers, letters before words: [[node, power], …]. */
function powers(network, factors) {
  const counts = new Map(); // by what they look like: both sides of a square are R
  for (const node of factors) {
    const key = atomIn(network, node, LATEX);
    counts.set(key, [node, (counts.get(key)?.[1] ?? 0) + 1]);
  }
  const rank = ([node]) => (wordOf(network, node).length > 1 ? "\uffff" : "") + wordOf(network, node);
  return [...counts.values()].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

/** A writer makes one notation of: a number, a symbol, a power, a function, a quotient, a product
 * and a sum. */
const MATHML = {
  number: (text) => math("mn", text),
  symbol(text) {
    const [, letter, below] = /^(.)_(.)$/.exec(text) ?? [];
    if (below) return math("msub", math("mi", letter), math("mi", below));
    return math(text.length > 1 ? "mtext" : "mi", text);
  },
  power(base, exponent) {
    const whole = base.localName === "mfrac" ? math("mrow", math("mo", "("), base, math("mo", ")")) : base;
    return math("msup", whole, math("mn", String(exponent)));
  },
  quotient: (above, below) => math("mfrac", above, below),
  applied(kind, args) {
    const listed = args.flatMap((arg, i) => (i ? [math("mo", ","), arg] : [arg]));
    const [open, close] = { floor: ["⌊", "⌋"], ceil: ["⌈", "⌉"] }[kind] ?? ["(", ")"];
    const name = open === "(" ? [math("mi", kind)] : [];
    return math("mrow", ...name, math("mo", open), ...listed, math("mo", close));
  },
  product: (parts) => math("mrow", ...parts.flatMap((part, i) => (i ? [math("mo", isLetter(part) ? "\u2062" : "·"), part] : [part]))),
  sum: (parts) => math("mrow", ...signed(parts)),
};

/** Whether it needs no sign before it in a product: a letter, or a power of one. */
function isLetter(element) {
  return element.localName === "mi" || (/^msu[bp]$/.test(element.localName) && isLetter(element.firstChild));
}

function signed(parts) {
  return parts.flatMap(([sign, part], i) => (i || sign === "−" ? [math("mo", sign), part] : [part]));
}

const GREEK = { α: "\\alpha", δ: "\\delta", ρ: "\\rho" };

const LATEX = {
  number: (text) => text,
  symbol: (text) => GREEK[text] ?? (/^._.$/.test(text) ? text : text.length > 1 ? `\\mathrm{${text.replaceAll("_", "\\_")}}` : text),
  power: (base, exponent) => `${base.startsWith("\\frac") ? `\\left(${base}\\right)` : base}^{${exponent}}`,
  quotient: (above, below) => `\\frac{${above}}{${below}}`,
  applied(kind, args) {
    const [open, close] = { floor: ["\\lfloor ", "\\rfloor"], ceil: ["\\lceil ", "\\rceil"] }[kind] ?? [`\\operatorname{${kind}}(`, ")"];
    return open + args.join(", ") + close;
  },
  product: (parts) => parts.join(" "),
  sum: (parts) => parts.map(([sign, part], i) => (i || sign === "−" ? `${sign === "−" ? "-" : "+"} ${part}` : part)).join(" "),
};

function sumIn(network, terms, writer) {
  if (!terms.length) return writer.number("0");
  return writer.sum(
    terms.map(([coefficient, factors]) => {
      const isNegative = compare(coefficient, 0) < 0;
      const size = isNegative ? times(coefficient, -1) : coefficient;
      const parts = powers(network, factors).map(([node, power]) => (power === 1 ? atomIn(network, node, writer) : writer.power(atomIn(network, node, writer), power)));
      if (compare(size, 1) !== 0 || !parts.length) parts.unshift(numberIn(size, writer));
      return [isNegative ? "−" : "+", writer.product(parts)];
    }),
  );
}

function numberIn(x, writer) {
  if (isWhole(x)) return writer.number(written(x));
  return writer.quotient(writer.number(String(x.n)), writer.number(String(x.d)));
}

/** What a number is divided by, in lowest terms: a quotient is written with whole numbers. */
function bottomOf(x) {
  return isWhole(x) ? 1 : Number(x.d);
}

function atomIn(network, node, writer) {
  const { symbol, kind, args } = network.values.table[node];
  if (symbol !== undefined) return writer.symbol(network.letter(symbol));
  const sums = args.map((arg) => termsOf(network, arg));
  const by = kind === "quotient" ? sums.flat().reduce((product, [c]) => times(product, bottomOf(times(product, c))), 1) : 1;
  const inner = sums.map((terms) => sumIn(network, terms.map(([c, ...factors]) => [times(by, c), factors]), writer));
  return kind === "quotient" ? writer.quotient(...inner) : writer.applied(kind, inner);
}

/** A polynomial as elements of MathML, one for each term, so that lines can end between them. */
export function asMath(network, terms) {
  const pieces = terms.length ? terms : [[0, []]];
  return pieces.map((term, i) => {
    const isNegative = compare(term[0], 0) < 0;
    const own = sumIn(network, [isNegative ? [times(term[0], -1), term[1]] : term], MATHML);
    const sign = math("mo", isNegative ? "−" : "+");
    if (i) sign.setAttribute("form", "infix"); // with space on both sides, though it begins a line
    return math("math", math("mrow", ...(i || isNegative ? [sign] : []), own));
  });
}

/** A polynomial as LaTeX. */
export function asLatex(network, terms) {
  return sumIn(network, terms, LATEX);
}
