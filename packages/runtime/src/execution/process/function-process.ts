import { spawn, type ChildProcess } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { BeginPermits } from "./begin-permits.ts";
import { ownGroup } from "./process-group.ts";
import { descriptor } from "./records.ts";
import type { ProcessWarden } from "./process-warden.ts";

/** What of a process is settled when it starts; the rest it hears later. */
export interface ProcessOptions {
  /** Absolute path of what runs in it. */
  readonly bootstrap: string;
  /** Megabytes of V8's old generation at most. */
  readonly memoryMb: number;
}

/** A process that has loaded all but a function, and waits to hear which. */
export interface FunctionProcess {
  readonly options: ProcessOptions;
  readonly child: ChildProcess;
  readonly permits: BeginPermits;
  /** What the process says. */
  readonly pipe: Readable;
  /** What is sent to it: apart, so that what it said last is still read once it has stopped listening. */
  readonly input: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
}

/**
 * @param env What Node.js reads as it starts, and what `NODE_OPTIONS` preloads sees as `process.env`.
 * @throws Error when the system has no process, descriptor or file left.
 */
export function startFunctionProcess(
  options: ProcessOptions,
  warden: ProcessWarden,
  env: Readonly<Record<string, string>> = {},
): FunctionProcess {
  const permits = new BeginPermits();
  let child: ChildProcess;
  try {
    child = spawn(
      process.execPath,
      [`--max-old-space-size=${options.memoryMb}`, "--enable-source-maps", options.bootstrap],
      {
        ...ownGroup,
        env: { ...startEnv(), ...env },
        stdio: ["ignore", "pipe", "pipe", "pipe", permits.descriptor, "pipe"],
      },
    );
  } catch (error) {
    permits.close();
    throw error;
  }
  warden.watch(child);
  const { stdout, stderr } = child;
  // Its type knows five streams.
  const streams: readonly unknown[] = child.stdio;
  return {
    options,
    child,
    permits,
    pipe: streams[descriptor.output] as Readable,
    input: streams[descriptor.input] as Writable,
    stdout: stdout as Readable,
    stderr: stderr as Readable,
  };
}

/** Nothing of the shell's environment but what finding programs takes. */
function startEnv(): Record<string, string> {
  const path = process.env["PATH"];
  const root = process.env["SystemRoot"];
  return {
    ...(path === undefined ? {} : { PATH: path }),
    ...(root === undefined ? {} : { SystemRoot: root }),
  };
}

/** Whether a process keeps this one from ending. */
export function holdProcess(
  { child, pipe, input, stdout, stderr }: FunctionProcess,
  holds: boolean,
): void {
  const handles = [child, pipe, input, stdout, stderr] as unknown as readonly {
    ref(): void;
    unref(): void;
  }[];
  for (const handle of handles) {
    if (holds) handle.ref();
    else handle.unref();
  }
}
