// Exports shared by the local gateway and functions on AWS, so that both decide and respond alike.
export { readAppSecrets, type AppSecrets } from "./auth/app-secret.ts";
export type { AuthMemory } from "./auth/auth-memory.ts";
export { authorize, type AuthMethod, type AuthVerdict } from "./auth/authorize.ts";
export { isOriginAllowed, readOrigins } from "./auth/origins.ts";
export { previousParameter, writePrevious } from "./auth/previous.ts";
export type { OpenTicket } from "./auth/ticket.ts";
export type { RealtimeCommand, RealtimeReply } from "./realtime/realtime-channel.ts";
export { identityKind } from "./rooms/room-name.ts";
