import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { isBefore, type ArchitectHelper } from "@arclet/builder";
import type { Manifest } from "@arclet/manifest";
import { RuntimeError } from "../../errors.ts";

/** A port hard-coded in a helper, and the service to forward it to. */
export interface FixedPort {
  readonly port: number;
  readonly target: number;
  /** `@architect/functions 3.3.0`, for the message when the port is taken. */
  readonly helper: string;
  /** The helper's use of the port, for a message. */
  readonly purpose: string;
}

/** Ports of events, tables and the gateway; null if not started. */
export interface ServicePorts {
  readonly gateway: number;
  readonly events: number | null;
  readonly tables: number | null;
}

/** Architect's ports of 2019. Newer helpers read the ports from the environment. */
const era = { gateway: 3333, events: 3334, tables: 5000 } as const;

/** Ports that the installed helpers need and that are not open yet. */
export function fixedPortsFor(
  helpers: readonly ArchitectHelper[],
  manifest: Manifest,
  ports: ServicePorts,
): readonly FixedPort[] {
  const wanted = new Map<number, FixedPort>();
  const add = (port: number, target: number | null, helper: string, purpose: string): void => {
    if (target !== null && target !== port) wanted.set(port, { port, target, helper, purpose });
  };
  for (const { name, version } of helpers) {
    const helper = `${name} ${version}`;
    // Sockets are at `PORT` since 3.4; events and tables keep their ports up to 3.6.
    const isFunctions = name === "@architect/functions" && isBefore(version, 3, 7);
    if (isFunctions && isBefore(version, 3, 4) && manifest.ws !== null)
      add(era.gateway, ports.gateway, helper, "sends to sockets");
    if (isFunctions) add(era.events, ports.events, helper, "publishes events and messages");
    // `@begin/data` reads ARC_TABLES_PORT since 1.2.
    const isData =
      name === "@architect/data" || (name === "@begin/data" && isBefore(version, 1, 2));
    if (isFunctions || isData) add(era.tables, ports.tables, helper, "looks for tables");
  }
  return [...wanted.values()];
}

/** Forwards fixed local ports to the services. */
export class FixedPorts {
  readonly #open = new Map<number, { readonly server: Server; target: number }>();
  readonly #sockets = new Set<Socket>();

  /** Opens newly wanted ports, and closes those no longer wanted. @throws RuntimeError `ERR_PORT_IN_USE` */
  async update(wanted: readonly FixedPort[]): Promise<void> {
    const ports = new Set(wanted.map(({ port }) => port));
    for (const [port, { server }] of this.#open) {
      if (ports.has(port)) continue;
      this.#open.delete(port);
      server.close();
    }
    for (const fixed of wanted) {
      const open = this.#open.get(fixed.port);
      if (open === undefined) await this.#listen(fixed);
      else open.target = fixed.target;
    }
  }

  async close(): Promise<void> {
    const servers = [...this.#open.values()].map(({ server }) => server);
    this.#open.clear();
    const closed = servers.map((server) => once(server, "close"));
    for (const server of servers) server.close();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }

  async #listen({ port, target, helper, purpose }: FixedPort): Promise<void> {
    const server = createServer((socket) => this.#forward(socket, port));
    server.listen(port, "127.0.0.1");
    try {
      await once(server, "listening");
    } catch (cause) {
      throw new RuntimeError(
        "ERR_PORT_IN_USE",
        `Port ${port} is in use, but ${helper} ${purpose} only on this port: stop the program that uses it, or update the package`,
        { cause },
      );
    }
    this.#open.set(port, { server, target });
  }

  #forward(socket: Socket, port: number): void {
    const open = this.#open.get(port);
    if (open === undefined) {
      socket.destroy();
      return;
    }
    const target = connect(open.target, "127.0.0.1");
    for (const [one, other] of [
      [socket, target],
      [target, socket],
    ] as const) {
      this.#sockets.add(one);
      // If one side fails, close the other, so that the helper sees its connection close.
      one.on("error", () => other.destroy());
      one.once("close", () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}
