import { once } from "node:events";
import { createServer, type Server } from "node:http";

/** A server that holds a loopback port, any free one by default, so that others find it taken. */
export async function holdPort(wanted = 0): Promise<{
  readonly port: number;
  readonly release: () => Promise<void>;
}> {
  const server: Server = createServer().listen(wanted, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not a TCP server");
  return {
    port: address.port,
    async release() {
      server.close();
      await once(server, "close");
    },
  };
}
