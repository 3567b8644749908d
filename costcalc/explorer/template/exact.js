// Exact numbers. A whole number is a Number while that is safe, and a BigInt beyond; a fraction is
// {n, d} of BigInts, in lowest terms, with d > 1. No sum, product or rounding ever loses a digit.

/** A BigInt as the number it is kept as. */
function small(n) {
  return n >= Number.MIN_SAFE_INTEGER && n <= Number.MAX_SAFE_INTEGER ? Number(n) : n;
}

function gcd(a, b) {
  if (a < 0n) a = -a;
  while (b) [a, b] = [b, a % b];
  return a;
}

/** n/d of two BigInts. */
function ratio(n, d) {
  if (d === 0n) throw new RangeError("division by 0");
  if (d < 0n) [n, d] = [-n, -d];
  const common = gcd(n, d);
  return d === common ? small(n / d) : { n: n / common, d: d / common };
}

/** Whether it is whole. */
export function isWhole(x) {
  return typeof x !== "object";
}

function above(x) {
  return typeof x === "object" ? x.n : BigInt(x);
}

function below(x) {
  return typeof x === "object" ? x.d : 1n;
}

export function add(a, b) {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  if (isWhole(a) && isWhole(b)) return small(BigInt(a) + BigInt(b));
  return ratio(above(a) * below(b) + above(b) * below(a), below(a) * below(b));
}

export function times(a, b) {
  if (typeof a === "number" && typeof b === "number") {
    const product = a * b;
    if (Number.isSafeInteger(product)) return product === 0 ? 0 : product; // not -0
  }
  if (isWhole(a) && isWhole(b)) return small(BigInt(a) * BigInt(b));
  return ratio(above(a) * above(b), below(a) * below(b));
}

export function minus(a, b) {
  return add(a, times(b, -1));
}

/** Throws where b is 0. */
export function over(a, b) {
  return ratio(above(a) * below(b), below(a) * above(b));
}

/** The sign of a - b: -1, 0 or 1. */
export function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return Math.sign(a - b);
  const left = above(a) * below(b);
  const right = above(b) * below(a);
  return left < right ? -1 : left > right ? 1 : 0;
}

export function floor(x) {
  if (isWhole(x)) return x;
  const quotient = x.n / x.d; // BigInts divide towards 0
  return small(x.n < 0n ? quotient - 1n : quotient);
}

export function ceil(x) {
  return isWhole(x) ? x : add(floor(x), 1);
}

const HALF = { n: 1n, d: 2n };

/** The nearest whole number; a half goes up. */
export function nearest(x) {
  return isWhole(x) ? x : floor(add(x, HALF));
}

/** The nearest whole number; a half goes to the even one. */
export function round(x) {
  if (isWhole(x)) return x;
  const up = nearest(x);
  const isHalf = x.d === 2n;
  return isHalf && BigInt(up) % 2n !== 0n ? minus(up, 1) : up;
}

/** x as a multiple of `by`: the nearest, never below `by`, never more than 10 % down. */
export function divisible(x, by) {
  const near = times(nearest(over(x, by)), by);
  const rounded = compare(near, by) < 0 ? by : near;
  return compare(times(rounded, 10), times(x, 9)) < 0 ? add(rounded, by) : rounded;
}

const WRITTEN = /^\s*([+-]?)(\d+)(?:\.(\d+))?(?:\s*\/\s*(\d+)(?:\.(\d+))?)?\s*$/;

/** The number in a text: "12", "0.75", "3/4". Null where there is none. */
export function parsed(text) {
  const found = WRITTEN.exec(String(text).replace(/^\s*\./, "0."));
  if (!found) return null;
  const [, sign, whole, decimals = "", by = "1", byDecimals = ""] = found;
  const top = BigInt(whole + decimals) * 10n ** BigInt(byDecimals.length);
  const bottom = BigInt(by + byDecimals) * 10n ** BigInt(decimals.length);
  return bottom === 0n ? null : ratio(sign === "-" ? -top : top, bottom);
}

/** As exact text: "12", "3/4". */
export function written(x) {
  return isWhole(x) ? String(x) : `${x.n}/${x.d}`;
}

/** As text with a point where one of few digits is exact: "0.75", "6/7". */
export function decimal(x, most) {
  if (isWhole(x)) return String(x);
  for (let places = 1, power = 10n; places <= most; places++, power *= 10n) {
    if (power % x.d === 0n) {
      const digits = String((x.n < 0n ? -x.n : x.n) * (power / x.d)).padStart(places + 1, "0");
      const sign = x.n < 0n ? "-" : "";
      return `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
    }
  }
  return written(x);
}

/** As a float, for places on the screen only. */
export function about(x) {
  if (isWhole(x)) return Number(x);
  const shift = 10n ** 18n;
  return Number((x.n * shift) / x.d) / 1e18;
}
