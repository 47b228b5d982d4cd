import type { AwsClients } from "../aws/aws-clients.ts";

export interface LogLine {
  readonly functionId: string;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly message: string;
}

/** Log lines may arrive late, so each poll starts this long before the newest line. */
const lateMilliseconds = 10_000;

/** The log group of one function, and the reading position. */
export class LogGroup {
  readonly #functionId: string;
  readonly #name: string;
  #since: number;
  /** Times of events that the next poll will return again, by id. */
  readonly #seen = new Map<string, number>();

  constructor(functionId: string, name: string, since: number) {
    this.#functionId = functionId;
    this.#name = name;
    this.#since = since;
  }

  /** Whether it had lines in the time before the newest that a look goes back to. */
  get hasRecentLines(): boolean {
    return this.#seen.size > 0;
  }

  /** null if the function was not deployed yet. */
  async newLines(clients: AwsClients): Promise<readonly LogLine[] | null> {
    const [{ paginateFilterLogEvents }, client] = await Promise.all([
      import("@aws-sdk/client-cloudwatch-logs"),
      clients.logs(),
    ]);
    const lines: LogLine[] = [];
    try {
      for await (const page of paginateFilterLogEvents(
        { client },
        { logGroupName: this.#name, startTime: this.#since },
      ))
        for (const { eventId, timestamp = 0, message = "" } of page.events ?? []) {
          const id = eventId ?? `${timestamp}/${message}`;
          if (this.#seen.has(id)) continue;
          this.#seen.set(id, timestamp);
          lines.push({ functionId: this.#functionId, timestamp, message: message.trimEnd() });
        }
    } catch (error) {
      if (!(error instanceof Error && error.name === "ResourceNotFoundException")) throw error;
      return null;
    }
    for (const { timestamp } of lines)
      this.#since = Math.max(this.#since, timestamp - lateMilliseconds);
    for (const [id, timestamp] of this.#seen) if (timestamp < this.#since) this.#seen.delete(id);
    return lines;
  }
}
