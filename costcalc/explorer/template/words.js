// Numbers and names as people read them.
import { about, add, compare, floor, over, times, written } from "./exact.js";

/** A whole number in groups of three digits. */
export function grouped(x) {
  return written(x).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

const UNITS = [
  [10n ** 12n, "T"],
  [10n ** 9n, "G"],
  [10n ** 6n, "M"],
  [10n ** 3n, "k"],
];

/** A count in few digits: "568.7 M". */
export function short(x) {
  const size = BigInt(floor(x));
  for (const [unit, letter] of UNITS) {
    if (size < unit) continue;
    const places = size >= 1000n * unit ? 0 : size >= 100n * unit ? 1 : size >= 10n * unit ? 2 : 3;
    const power = 10n ** BigInt(places);
    const near = (size * power * 2n + unit) / (2n * unit);
    const digits = String(near).padStart(places + 1, "0");
    const whole = digits.slice(0, digits.length - places).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
    return `${whole}${places ? "." + digits.slice(-places) : ""} ${letter}`;
  }
  return String(size);
}

/** A level of a scale, without needless digits: "50 M", "2.5 G". */
export function level(x) {
  return short(x).replace(/\.0+(?= |$)/, "").replace(/(\.\d*?)0+(?= |$)/, "$1");
}

/** Whole x as a share of whole y: "94.86 %". */
export function percent(x, y) {
  if (compare(y, 0) === 0) return "–";
  const near = floor(add(over(times(x, 10000), y), { n: 1n, d: 2n }));
  const digits = String(near).padStart(3, "0");
  return `${digits.slice(0, -2)}.${digits.slice(-2)} %`;
}

/** Whole x to whole y, in percent, or so many times: "58.13 %", "× 26.3". */
export function compared(x, y) {
  if (compare(x, times(y, 10)) < 0) return percent(x, y);
  const near = String(floor(add(over(times(x, 10), y), { n: 1n, d: 2n })));
  return `× ${near.slice(0, -1).replace(/\B(?=(\d{3})+(?!\d))/g, ",")}.${near.slice(-1)}`;
}

/** A share as a float between 0 and 1, for lengths on the screen. */
export function share(x, y) {
  return compare(y, 0) === 0 ? 0 : about(over(x, y));
}

/** Bytes as people say them: "1.148 MiB". */
export function bytes(x) {
  for (const [unit, name] of [[1024 ** 3, "GiB"], [1024 ** 2, "MiB"], [1024, "KiB"]]) {
    if (compare(x, unit) >= 0) return `${(about(x) / unit).toPrecision(4)} ${name}`;
  }
  return `${written(x)} bytes`;
}

const AMOUNT = /^\s*(\d[\d,]*)(?:\.(\d+))?\s*([kKMGBT]?)\s*$/;
const POWERS = { "": 0, k: 3, K: 3, M: 6, G: 9, B: 9, T: 12 };

/** A whole amount that people write: "300M", "4.2 M", "1,000". Null where it is none. */
export function amount(text) {
  const found = AMOUNT.exec(text);
  if (!found) return null;
  const [, whole, decimals = "", unit] = found;
  const power = POWERS[unit] - decimals.length;
  const digits = BigInt(whole.replaceAll(",", "") + decimals);
  const value = power >= 0 ? digits * 10n ** BigInt(power) : null;
  if (value === null) return null;
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** What counts in a unit are called. */
export function workName(unit) {
  return unit === "FLOP" ? "FLOPs" : "Mult-Adds";
}

/** A type of layer as papers write it: "conv 3×3 / s2". */
export function typeOf(network, layer) {
  const type = layer.type.replace(/(\d)x(?=\d)/g, "$1×");
  if (!layer.stride) return type;
  const [rows, columns] = layer.stride.map((node) => network.values.of(node));
  if (compare(rows, 1) === 0 && compare(columns, 1) === 0) return type;
  return `${type} / s${written(rows)}${compare(rows, columns) ? "×" + written(columns) : ""}`;
}
