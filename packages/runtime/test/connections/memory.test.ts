import { describe } from "vitest";
import { createMemoryRouter } from "../../src/connections/memory.ts";
import { describeRouter } from "./conformance.ts";

describe("the router in memory", () => {
  describeRouter(() => {
    const router = createMemoryRouter();
    return { holder: router, caller: router };
  });
});
