import type { FunctionConfig } from "@arclet/manifest";
import type { ExecutionStrategy } from "./execution-strategy.ts";

/** Runs Node.js functions with one strategy, and those of other languages with another, made on first use. */
export function createByRuntimeStrategy(
  node: ExecutionStrategy,
  createOther: () => Promise<ExecutionStrategy>,
): ExecutionStrategy {
  let other: Promise<ExecutionStrategy> | null = null;
  return {
    name: node.name,
    prepare(config) {
      if (isNodeRuntime(config)) node.prepare?.(config);
    },
    async start(options) {
      if (isNodeRuntime(options.config)) return node.start(options);
      other ??= createOther();
      return (await other).start(options);
    },
    async close() {
      await Promise.all([node.close(), other?.then((started) => started.close())]);
    },
  };
}

function isNodeRuntime({ runtime }: FunctionConfig): boolean {
  return runtime.startsWith("nodejs");
}
