/** Undefined for what is no JSON: a runtime of the person's own may answer anything. */
export function parseJson(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}
