/** What is common to all code, and may be replaced by any. */
interface Remembered {
  readonly json: typeof JSON;
  readonly parse: unknown;
  readonly stringify: unknown;
  readonly promise: PromiseConstructor;
  readonly chaining: unknown;
  readonly object: ObjectConstructor;
  readonly array: ArrayConstructor;
  readonly iterator: unknown;
  readonly push: unknown;
  readonly shift: unknown;
  readonly map: MapConstructor;
  readonly get: unknown;
  readonly set: unknown;
  readonly error: ErrorConstructor;
  readonly process: NodeJS.Process;
}

const objectPrototype: object = Object.prototype;
// Compared, never called: as records they have no methods to be called without their `this`.
const arrayPrototype = Array.prototype as unknown as Readonly<Record<PropertyKey, unknown>>;
const mapPrototype = Map.prototype as unknown as Readonly<Record<PropertyKey, unknown>>;
const promisePrototype = Promise.prototype as unknown as Readonly<Record<PropertyKey, unknown>>;

/**
 * Remembers what a function's module has left of the language, which is how its handler wants it, and
 * sees whether an invocation has left it otherwise: the next one would meet what it cannot expect.
 */
export class Intrinsics {
  readonly #remembered: Remembered = {
    json: JSON,
    parse: JSON.parse,
    stringify: JSON.stringify,
    promise: Promise,
    chaining: promisePrototype["then"],
    object: Object,
    array: Array,
    iterator: arrayPrototype[Symbol.iterator],
    push: arrayPrototype["push"],
    shift: arrayPrototype["shift"],
    map: Map,
    get: mapPrototype["get"],
    set: mapPrototype["set"],
    error: Error,
    process,
  };

  /** Comparisons one by one: this runs for every invocation. */
  get areChanged(): boolean {
    const was = this.#remembered;
    const { json, promise } = was;
    try {
      return (
        globalThis.JSON !== json ||
        json.parse !== was.parse ||
        json.stringify !== was.stringify ||
        globalThis.Promise !== promise ||
        promisePrototype["then"] !== was.chaining ||
        globalThis.Object !== was.object ||
        globalThis.Array !== was.array ||
        globalThis.Map !== was.map ||
        globalThis.Error !== was.error ||
        globalThis.process !== was.process ||
        arrayPrototype[Symbol.iterator] !== was.iterator ||
        arrayPrototype["push"] !== was.push ||
        arrayPrototype["shift"] !== was.shift ||
        mapPrototype["get"] !== was.get ||
        mapPrototype["set"] !== was.set ||
        "toJSON" in objectPrototype ||
        "then" in objectPrototype
      );
    } catch {
      // A getter that throws is a change too.
      return true;
    }
  }
}
