// Names below `localhost` are loopback (RFC 6761, 6.3), which not every system's resolver knows.
// MiniStack gives each API such a name; this is loaded into the functions it runs.
import dns from "node:dns";
import { syncBuiltinESMExports } from "node:module";

const { lookup } = dns;
dns.lookup = (name, ...rest) => lookup(name.endsWith(".localhost") ? "127.0.0.1" : name, ...rest);
syncBuiltinESMExports();
