import type { ExecutionStrategy } from "./execution-strategy.ts";

/** Runs Node.js functions with one strategy, and those of other languages with another, made on first use. */
export function createByRuntimeStrategy(
  node: ExecutionStrategy,
  createOther: () => ExecutionStrategy,
): ExecutionStrategy {
  let other: ExecutionStrategy | null = null;
  return {
    name: node.name,
    start(options) {
      if (options.config.runtime.startsWith("nodejs")) return node.start(options);
      other ??= createOther();
      return other.start(options);
    },
    async close() {
      await Promise.all([node.close(), other?.close()]);
    },
  };
}
