export { startServer } from "./server.ts";
export { manifestSchema, preferencesSchema } from "./schemas.ts";
