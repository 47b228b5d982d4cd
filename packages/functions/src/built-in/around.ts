// The wrappers of an app's functions on AWS, in one file.
export { aroundConnect } from "./connect.ts";
export { aroundDisconnect } from "./disconnect.ts";
export { aroundPresence } from "./presence.ts";
