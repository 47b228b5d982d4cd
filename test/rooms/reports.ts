import { once } from "node:events";
import { createServer, type Server } from "node:http";

/** What functions post to a test. */
export interface Reports extends AsyncDisposable {
  readonly url: string;
  /** Resolves the first report, past or to come, that has these values, and takes it off the list. */
  next(wanted: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  /** Those that nobody took yet. */
  readonly rest: readonly Readonly<Record<string, unknown>>[];
}

export async function collectReports(): Promise<Reports> {
  const reports: Record<string, unknown>[] = [];
  let wake = (): void => {};
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      reports.push(JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
      response.end();
      wake();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    rest: reports,
    async next(wanted) {
      for (;;) {
        const index = reports.findIndex((report) =>
          Object.entries(wanted).every(([name, value]) => report[name] === value),
        );
        const [found] = index === -1 ? [] : reports.splice(index, 1);
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => {
          const before = wake;
          wake = () => {
            before();
            resolve();
          };
        });
      }
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
