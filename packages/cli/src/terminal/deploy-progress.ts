import {
  resourceLimit,
  type DeployEvent,
  type DeployReporter,
  type FunctionPermissions,
} from "@arclet/deploy";
import type { Terminal } from "./style.ts";

type ResourceEvent = Extract<DeployEvent, { type: "resource" }>;
type DryRunEvent = Extract<DeployEvent, { type: "dry-run" }>;

const verbs: { readonly [beginning: string]: readonly [doing: string, done: string] } = {
  CREATE: ["creating", "created"],
  UPDATE: ["updating", "updated"],
  DELETE: ["removing", "removed"],
  IMPORT: ["importing", "imported"],
};

export interface ProgressOptions {
  /** Whether unchanged resources get a line too. @default false */
  readonly isVerbose?: boolean;
  /** Whether to print nothing. @default false */
  readonly isQuiet?: boolean;
}

/** Prints a deploy's progress line by line. In a terminal, the last line shows the current work. */
export class DeployProgress implements DeployReporter {
  readonly #terminal: Terminal;
  /** Resources in progress, by logical id. */
  readonly #current = new Map<string, string>();
  #total = 0;
  #done = 0;
  #hasStatus = false;

  readonly #options: ProgressOptions;

  constructor(terminal: Terminal, options: ProgressOptions = {}) {
    this.#terminal = terminal;
    this.#options = options;
  }

  report(event: DeployEvent): void {
    if (this.#options.isQuiet === true) return;
    this.#clearStatus();
    this.#terminal.write(event.type === "resource" ? this.#resource(event) : this.#line(event));
    this.#writeStatus();
  }

  /** Call this before writing anything else to the terminal. */
  end(): void {
    this.#current.clear();
    this.#clearStatus();
  }

  #resource({ logicalId, label, resourceType, status, reason }: ResourceEvent): string {
    const { style } = this.#terminal;
    const what = label ?? logicalId;
    const [doing = "", done = ""] = verbs[status.slice(0, status.indexOf("_"))] ?? [];
    if (status.endsWith("_IN_PROGRESS")) {
      this.#current.set(logicalId, `${doing} ${what}`);
      return "";
    }
    this.#current.delete(logicalId);
    if (status.endsWith("_FAILED"))
      return `${style.red("failed".padEnd(9))} ${what}${reason === null ? "" : `: ${reason}`}\n`;
    this.#done += 1;
    const count =
      this.#total === 0 ? "" : style.dim(`  ${Math.min(this.#done, this.#total)}/${this.#total}`);
    const word = status === "DELETE_SKIPPED" ? "kept" : done;
    return `${word.padEnd(9)} ${what}  ${style.dim(resourceType)}${count}\n`;
  }

  /** The event's line; empty if it has none. */
  #line(event: Exclude<DeployEvent, ResourceEvent>): string {
    const { style } = this.#terminal;
    switch (event.type) {
      case "packaged": {
        const sizes = `${kilobytes(event.zipBytes)}, ${kilobytes(event.unzippedBytes)} unzipped`;
        return `packaged  ${event.functionId}  ${style.dim(sizes)}\n`;
      }
      case "target":
        return `deploying ${event.stackName} to ${event.region}, account ${event.account}\n`;
      case "uploaded":
        return `uploaded  ${event.what}  ${style.dim(kilobytes(event.bytes))}\n`;
      case "up-to-date":
        return this.#options.isVerbose === true ? `unchanged ${event.what}\n` : "";
      case "waiting":
        return `${event.stackName} is in ${event.status}; waiting for it\n`;
      case "overtaken":
        return `another deploy changed ${event.stackName} first; comparing again\n`;
      case "cleaning":
        return `removing ${event.stackName} first: ${event.reason}\n`;
      case "step": {
        const what = event.texts.length === 0 ? "everything else" : event.texts.join("; ");
        return `update ${event.number} of ${event.count}: ${what}\n`;
      }
      case "difference":
        this.#total = event.total;
        this.#done = 0;
        return event.changes
          .map(
            ({ action, label, logicalId, type }) =>
              `${action.padEnd(9)} ${label ?? logicalId}  ${style.dim(type)}\n`,
          )
          .join("");
      case "rolling-back":
        this.#total = 0;
        return `${style.red("rolling back")}: ${event.reason}\n`;
      case "table-kept":
        return `kept      the table ${event.tableName} with its items; the app no longer uses it\n`;
      case "table-deleted":
        return `deleted   the table ${event.tableName}\n`;
      case "table-backed-up":
        return `backed up ${event.tableName} as ${event.backupArn}\n`;
      case "protection":
        return `termination protection is ${event.isProtected ? "on" : "off"}\n`;
      case "code-updated":
        return `updated   ${event.functionId}\n`;
      case "static-file":
        return `${event.action.padEnd(9)} ${event.key}\n`;
      default:
        return this.#contents(event);
    }
  }

  /** The stack's resources and the functions' permissions. */
  #contents(event: DryRunEvent): string {
    const { counts, rootResources, nestedStacks, permissions, staticFiles, folder } = event;
    const { style } = this.#terminal;
    const resources = Object.entries(counts).map(
      ([type, count]) => `${String(count).padStart(4)}  ${type}`,
    );
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const places =
      nestedStacks === 0
        ? `, of at most ${resourceLimit} per stack`
        : `: ${rootResources} in the root stack and the others in ${nestedStacks} nested stacks, of at most ${resourceLimit} each`;
    const allowed = [...groupedByPermissions(permissions)].flatMap(([, group]) => [
      `${group.map(({ functionId }) => functionId).join(", ")} may`,
      ...(group[0]?.allowed ?? []).map(
        ({ actions, on }) => `  ${shortActions(actions)} ${style.dim(`on ${on.join(", ")}`)}`,
      ),
      ...(group[0]?.managedPolicies ?? []).map((policy) => `  everything that ${policy} allows`),
    ]);
    const { count, bytes } = staticFiles;
    const noun = count === 1 ? "file" : "files";
    const files = count === 0 ? [] : [`${count} static ${noun}, ${kilobytes(bytes)}`];
    const lines = [
      ...resources,
      `${String(total).padStart(4)}  resources${places}`,
      ...allowed,
      ...files,
      `written to ${folder}`,
    ];
    return `${lines.join("\n")}\n`;
  }

  #writeStatus(): void {
    const { columns, write, style } = this.#terminal;
    const current = [...this.#current.values()];
    if (columns === null || current.length === 0) return;
    const text = `${current.slice(0, 3).join(", ")}${current.length > 3 ? `, and ${current.length - 3} more` : ""} …`;
    write(style.dim(text.slice(0, columns - 1)));
    this.#hasStatus = true;
  }

  #clearStatus(): void {
    if (!this.#hasStatus) return;
    this.#hasStatus = false;
    this.#terminal.write("\r\u001B[K");
  }
}

/** Groups functions with the same permissions. */
function groupedByPermissions(
  permissions: readonly FunctionPermissions[],
): ReadonlyMap<string, readonly FunctionPermissions[]> {
  const groups = new Map<string, FunctionPermissions[]>();
  for (const one of permissions) {
    const key = JSON.stringify([one.allowed, one.managedPolicies]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return groups;
}

/** Names each service once: `sqs:SendMessage, GetQueueUrl`. */
function shortActions(actions: readonly string[]): string {
  let last = "";
  return actions
    .map((action) => {
      const service = action.slice(0, action.indexOf(":") + 1);
      const short = service === last ? action.slice(service.length) : action;
      last = service;
      return short;
    })
    .join(", ");
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} kB`;
}
