/** Parses JSON; undefined if invalid, because custom runtimes may return anything. */
export function parseJson(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}
