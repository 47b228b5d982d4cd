/**
 * Collections whose methods are the ones Node.js started with: a function may replace those of
 * `Map.prototype` and harm nobody but itself.
 */
export const SafeMap: MapConstructor = withOwnMethods(class extends Map {}, Map);
export type SafeMap<K, V> = Map<K, V>;
export const SafeSet: SetConstructor = withOwnMethods(class extends Set {}, Set);
export type SafeSet<T> = Set<T>;

function withOwnMethods<T extends MapConstructor | SetConstructor>(own: unknown, original: T): T {
  const { prototype } = own as T;
  for (const key of Reflect.ownKeys(original.prototype)) {
    if (Object.hasOwn(prototype, key)) continue;
    const described = Object.getOwnPropertyDescriptor(original.prototype, key);
    if (described !== undefined) Object.defineProperty(prototype, key, described);
  }
  Object.freeze(prototype);
  return own as T;
}
