// What is put around functions of an app on AWS, in one file.
export { aroundConnect } from "./connect.ts";
export { aroundDisconnect } from "./disconnect.ts";
export { aroundPresence } from "./presence.ts";
