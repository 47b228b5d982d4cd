import { describe } from "vitest";
import { createMemoryRouter } from "../../dist/connections/memory.js";
import { describeRouter } from "./conformance.ts";

describe("the router in memory", () => {
  describeRouter(() => {
    const router = createMemoryRouter();
    return { holder: router, caller: router };
  });
});
