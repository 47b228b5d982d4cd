export { startServer } from "./server.ts";
export { manifestSchema } from "./manifest-schema.ts";
