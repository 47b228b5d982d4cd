import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts", "examples/chat/test/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "**/.arclet/**", "test/aws/**"],
    globalSetup: ["test/helpers/build-once.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
