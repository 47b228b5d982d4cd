import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // The templates of deploy's own tests are made here too, for cfn-lint.
    include: [
      "test/aws/**/*.test.ts",
      "packages/deploy/test/{limits,permissions,synthesize}.test.ts",
    ],
    globalSetup: ["test/helpers/build-once.ts"],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
