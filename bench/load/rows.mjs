// A row of the table: a value, its bar, and which side of the bar is good.

/** Good at or above the bar. `unit` "×" stands for a ratio; `detail` says what was measured. */
export function atLeast(name, value, bar, { unit = "×", detail = "" } = {}) {
  return { name, value, bar, isAtLeast: true, unit, detail };
}

/** Good at or below the bar. */
export function atMost(name, value, bar, { unit = "×", detail = "" } = {}) {
  return { name, value, bar, isAtLeast: false, unit, detail };
}

/** Something to compare with, which nothing has to reach. */
export function forComparison(name, value, { unit = "×", detail = "" } = {}) {
  return { name, value, bar: null, isAtLeast: true, unit, detail };
}

/** What could not be measured here, and why; counts as missed. */
export function notMeasured(name, reason) {
  return { name, value: null, bar: null, isAtLeast: true, unit: "", detail: reason };
}

export function isMet({ value, bar, isAtLeast }) {
  if (value === null || !Number.isFinite(value)) return false;
  if (bar === null) return true;
  return isAtLeast ? value >= bar : value <= bar;
}

/** One line of the table. */
export function lineOf(row) {
  const { name, value, bar, isAtLeast, unit, detail } = row;
  const shown = value === null ? "not measured" : `${number(value)} ${unit}`;
  const limit = bar === null ? "" : `(bar ${isAtLeast ? "≥" : "≤"} ${bar} ${unit})`;
  const verdict = !isMet(row) ? "MISS" : bar === null ? "    " : "PASS";
  const said = detail === "" ? "" : `: ${detail}`;
  return `${verdict} ${shown.padStart(10)}  ${limit.padEnd(15)}  ${name}${said}`;
}

function number(value) {
  return value >= 1000 || Number.isInteger(value) ? value.toFixed(0) : value.toPrecision(3);
}
