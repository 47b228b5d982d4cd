// What MiniStack's functions lack of Lambda and of its network; loaded into the functions it runs.
import dns from "node:dns";
import Module, { register, syncBuiltinESMExports } from "node:module";

// Names below `localhost` are loopback (RFC 6761, 6.3), which not every system's resolver knows.
// MiniStack gives each API such a name.
const { lookup } = dns;
dns.lookup = (name, ...rest) => lookup(name.endsWith(".localhost") ? "127.0.0.1" : name, ...rest);
syncBuiltinESMExports();

// Lambda finds the handler `index.handler` in index.js, index.mjs or index.cjs; MiniStack not in the last.
// oxlint-disable-next-line no-underscore-dangle -- Node has no other name for it
Module._extensions[".cjs"] ??= Module._extensions[".js"];

// Lambda has the AWS SDK.
register("./lambda-sdk.mjs", import.meta.url);
