/** A number of DynamoDB: 0.`digits` × 10^`exponent`. Zero has no digits. */
export interface Decimal {
  readonly isNegative: boolean;
  /** Without zeros at either end. */
  readonly digits: string;
  readonly exponent: number;
}

export type DecimalProblem = "not-a-number" | "overflow" | "underflow" | "too-precise";

/**
 * Limits of numbers.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-data-types-number
 */
const mostDigits = 38;
const largestExponent = 126;
const smallestExponent = -129;

const pattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/;

export function parseDecimal(text: string): Decimal | DecimalProblem {
  const match = pattern.exec(text);
  if (match === null) return "not-a-number";
  const [, sign = "", whole = "", fraction = "", power = "0"] = match;
  if (whole === "" && fraction === "") return "not-a-number";
  return limited(decimalOf(sign === "-", whole + fraction, whole.length + Number(power)));
}

/** The digits as they are written, with the point after the first `exponent` of them. */
function decimalOf(isNegative: boolean, written: string, exponent: number): Decimal {
  let start = 0;
  while (written[start] === "0") start += 1;
  let end = written.length;
  while (end > start && written[end - 1] === "0") end -= 1;
  if (start === end) return { isNegative: false, digits: "", exponent: 0 };
  return { isNegative, digits: written.slice(start, end), exponent: exponent - start };
}

function limited(decimal: Decimal): Decimal | DecimalProblem {
  if (decimal.digits === "") return decimal;
  if (decimal.exponent > largestExponent) return "overflow";
  if (decimal.exponent < smallestExponent) return "underflow";
  return decimal.digits.length > mostDigits ? "too-precise" : decimal;
}

/** The one text DynamoDB returns for a number: no exponent, no needless zeros. */
export function formatDecimal({ isNegative, digits, exponent }: Decimal): string {
  if (digits === "") return "0";
  const sign = isNegative ? "-" : "";
  if (exponent <= 0) return `${sign}0.${"0".repeat(-exponent)}${digits}`;
  if (exponent >= digits.length) return `${sign}${digits}${"0".repeat(exponent - digits.length)}`;
  return `${sign}${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
}

/** The sum of two numbers in their stored form, with the sign of the second one changed for a difference. */
export function addDecimals(
  left: string,
  right: string,
  isDifference: boolean,
): Decimal | DecimalProblem {
  const first = stored(left);
  const second = stored(right);
  const scale = Math.max(scaleOf(first), scaleOf(second));
  const other = scaled(second, scale);
  const sum = scaled(first, scale) + (isDifference ? -other : other);
  const written = String(sum < 0n ? -sum : sum);
  return limited(decimalOf(sum < 0n, written, written.length - scale));
}

function scaleOf({ digits, exponent }: Decimal): number {
  return digits.length - exponent;
}

/** The number as a whole one, times 10^scale. */
function scaled(decimal: Decimal, scale: number): bigint {
  const whole = BigInt(decimal.digits + "0".repeat(scale - scaleOf(decimal)));
  return decimal.isNegative ? -whole : whole;
}

/** A number that was stored, so that it was checked before. */
function stored(text: string): Decimal {
  const decimal = parseDecimal(text);
  if (typeof decimal === "string") throw new Error(`A stored number is broken: ${text}`);
  return decimal;
}

/** Text that sorts, compared by code units, as the numbers do. */
export function decimalOrder(text: string): string {
  const { isNegative, digits, exponent } = stored(text);
  if (digits === "") return "1";
  const magnitude = String(exponent + 500).padStart(4, "0") + digits;
  if (!isNegative) return `2${magnitude}`;
  // Of two negative numbers with the same beginning, the longer one is smaller.
  return `0${magnitude.replaceAll(/\d/g, (digit) => String(9 - Number(digit)))}~`;
}

export function compareDecimals(left: string, right: string): number {
  if (left === right) return 0;
  const first = decimalOrder(left);
  const second = decimalOrder(right);
  return first < second ? -1 : first > second ? 1 : 0;
}

/**
 * Bytes of a number: one, and one for each two digits before and after the point, and one for a minus.
 * Measured on DynamoDB; its documentation gives only an approximation.
 */
export function decimalBytes(text: string): number {
  const { isNegative, digits, exponent } = stored(text);
  const whole = Math.min(Math.max(exponent, 0), digits.length);
  const fraction = digits.length - whole;
  return 1 + Math.ceil(whole / 2) + Math.ceil(fraction / 2) + (isNegative ? 1 : 0);
}
