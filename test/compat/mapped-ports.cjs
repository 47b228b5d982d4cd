// Loaded ahead of everything: leads ports that are written into programs to others, wherever they listen
// or connect. So tests of such programs do not depend on what else runs on the machine.
const net = require("node:net");

/** From port to port. */
const ports = JSON.parse(process.env.ARCLET_MAPPED_PORTS ?? "{}");

/** What `listen` and `connect` take first: a port, options, or a list that begins with options. */
function mapped(given) {
  if (Array.isArray(given)) {
    given[0] = mapped(given[0]);
    return given;
  }
  if (typeof given === "number" || typeof given === "string") return ports[given] ?? given;
  const port = ports[given?.port];
  return port === undefined ? given : { ...given, port };
}

for (const [prototype, method] of [
  [net.Server.prototype, "listen"],
  [net.Socket.prototype, "connect"],
]) {
  const original = prototype[method];
  prototype[method] = function (first, ...rest) {
    return original.call(this, mapped(first), ...rest);
  };
}
