export type { Runtime, RuntimeApp, RuntimeFunction, RuntimeOptions, Limits } from "./options.ts";
export type { TrafficEvent } from "./traffic/traffic-event.ts";
