import { createRequire } from "node:module";
import { ProcessWarden } from "./process-warden.ts";
import { SpareProcess } from "./spare-process.ts";

/** A process that starts before it is known what it is for, and what looks after it. */
export interface ProcessAhead {
  /** Absolute path of what runs in it. */
  readonly bootstrap: string;
  readonly warden: ProcessWarden;
  readonly spare: SpareProcess;
  /** Ends it, unless a strategy has taken it over. */
  close(): void;
}

export function createProcessAhead(): ProcessAhead {
  const bootstrap = createRequire(import.meta.url).resolve("@arclet/runtime/process/bootstrap");
  const warden = new ProcessWarden();
  const spare = new SpareProcess(warden);
  return {
    bootstrap,
    warden,
    spare,
    close() {
      spare.close();
      warden.close();
    },
  };
}

/**
 * Starts a process for functions with so much memory (in megabytes) at once, while whoever is about to
 * create the runtime still loads and reads.
 */
export function startProcessAhead(memoryMb: number): ProcessAhead {
  const ahead = createProcessAhead();
  ahead.spare.prepare({ bootstrap: ahead.bootstrap, memoryMb });
  return ahead;
}
