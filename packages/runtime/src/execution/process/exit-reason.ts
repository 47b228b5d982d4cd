/** How a process ended, in the words of Lambda's supervisor, which are Go's. */
export function exitReason(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === null) return `exit status ${code ?? 1}`;
  const names: Partial<Record<NodeJS.Signals, string>> = {
    SIGABRT: "aborted",
    SIGBUS: "bus error",
    SIGILL: "illegal instruction",
    SIGKILL: "killed",
    SIGSEGV: "segmentation fault",
    SIGTERM: "terminated",
    SIGTRAP: "trace/breakpoint trap",
  };
  return `signal: ${names[signal] ?? signal.slice(3).toLowerCase()}`;
}
