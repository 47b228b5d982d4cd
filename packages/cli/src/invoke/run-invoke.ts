import { didYouMean, type Project, type ProjectFunction } from "@arclet/manifest";
import type { InvocationResult, TrafficEvent } from "@arclet/runtime";
import { DevSession } from "../dev/dev-session.ts";
import { reportDevEvent } from "../dev/report-dev-event.ts";
import type { StateOptions } from "../dev/state-options.ts";
import { CliError } from "../errors.ts";
import { Reporter } from "../terminal/reporter.ts";
import type { Style, Terminal } from "../terminal/style.ts";

export interface RunInvokeOptions {
  /** Absolute project folder. */
  readonly root: string;
  /** `scheduled/daily`; null if not given. */
  readonly functionId: string | null;
  /** JSON text; null for a sample event. */
  readonly event: string | null;
  /** Whether to print Lambda's START, END and REPORT lines. */
  readonly isVerbose: boolean;
  readonly state: StateOptions;
  readonly terminal: Terminal;
}

type Invoked = Extract<TrafficEvent, { type: "invoked" }>;

/**
 * Runs one function once, with the app's tables, topics and queues available. Prints the result to standard
 * output and everything else to standard error. Resolves with the exit code.
 */
export async function runInvoke(options: RunInvokeOptions): Promise<number> {
  const { root, terminal, state } = options;
  const reporter = new Reporter({
    terminal: { ...terminal, write: terminal.writeError },
    root,
    detail: options.isVerbose ? "verbose" : "normal",
    showsAllFrames: options.isVerbose,
  });
  const session = await DevSession.start({
    root,
    port: 0,
    host: null,
    watches: false,
    inspect: null,
    measuresMemory: () => options.isVerbose,
    state,
    onEvent: (event) => {
      if (event.type !== "ready") reportDevEvent(event, reporter);
    },
  });
  try {
    const { runtime, project } = session;
    const declared = findFunction(project, options.functionId);
    const event =
      options.event ??
      (await import("@arclet/runtime/generate-event")).generateEvent(project.manifest, declared, {
        host: new URL(runtime.url).host,
        now: Date.now(),
      });
    const invocations: Invoked[] = [];
    runtime.traffic.listen((happened) => {
      if (happened.type === "invoked") invocations.push(happened);
    });
    const result = await runtime.invoker.invoke(declared.id, event);
    const report = invocations.find((invoked) => invoked.result === result);
    if (result.ok) terminal.write(`${pretty(result.payload)}\n`);
    if (report !== undefined) reporter.info(summary(report, result, terminal.style));
    return result.ok ? 0 : 1;
  } finally {
    await session.close();
  }
}

function findFunction({ functions }: Project, functionId: string | null): ProjectFunction {
  const ids = functions.map(({ id }) => id);
  const all = `Functions: ${ids.join(", ")}`;
  if (functionId === null)
    throw new CliError("ERR_USAGE", "Which function should run?", { hints: [all] });
  const found = functions.find(({ id }) => id === functionId);
  if (found !== undefined) return found;
  const suggestion = didYouMean(functionId, ids);
  throw new CliError("ERR_USAGE", `The app has no function "${functionId}"`, {
    hints: [...(suggestion === null ? [] : [`Did you mean ${suggestion}?`]), all],
  });
}

/** Custom runtimes may return text that is not JSON; it is printed unchanged. */
function pretty(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2);
  } catch {
    return payload;
  }
}

function summary(report: Invoked, result: InvocationResult, style: Style): string {
  const { functionId, durationMs, initDurationMs } = report;
  const outcome = result.ok ? style.green("ok") : style.red("failed");
  const init = initDurationMs === null ? "" : `, init ${initDurationMs.toFixed(1)} ms`;
  return `${functionId} ${outcome} in ${durationMs.toFixed(1)} ms${init}`;
}
