import type { Archiver, BuiltFunction } from "@arclet/builder";
import type { Project } from "@arclet/manifest";
import type { AccountFlags } from "./aws/credential-source.ts";
import type { Stage } from "./environment.ts";
import type { StackChange } from "./reporter.ts";
import { dnsRecordOutput } from "./template/logical-ids.ts";
import type { Template } from "./template/template.ts";

export interface DeployOptions extends AccountFlags {
  readonly project: Project;
  /** The project's built functions; not needed for static files only. */
  readonly built: readonly BuiltFunction[];
  readonly archiver: Archiver;
  readonly stage: Stage;
  /** `--name`: suffix for a separate stack of the stage. */
  readonly name: string | null;
  /** `code`: function code only, without CloudFormation; `static`: the static files only. */
  readonly mode: "all" | "code" | "static" | "dry-run";
  /** Ids of the functions to update with mode `code`. @default all */
  readonly only?: readonly string[];
  /** Tags of the stack, in addition to Arclet's own. */
  readonly tags?: { readonly [name: string]: string };
  /** Whether to delete tables removed from the stack; otherwise they stay. @default false */
  readonly deletesTables?: boolean;
  /** Environment variables from plugins, for all functions that get variables. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Hook by which plugins change the template. */
  readonly extend?: (template: Template) => Promise<Template>;
  /** Most resources of a stack before functions are moved to nested stacks. @default 500 */
  readonly resourceLimit?: number;
  /** Called for confirmation before resources that hold data are replaced or removed. */
  readonly confirm: (changes: readonly StackChange[]) => Promise<boolean>;
  /** Called for confirmation before Architect's stack is taken over, with all changes. @default refuses */
  readonly confirmAdoption?: (changes: readonly StackChange[]) => Promise<boolean>;
}

export interface DeployResult {
  readonly stackName: string;
  readonly httpUrl: string | null;
  readonly webSocketUrl: string | null;
  readonly cdnUrl: string | null;
  /** DNS records that the hosts of `@domain` need, if no zone is set: `app.example.com CNAME …`. */
  readonly dnsRecords: readonly string[];
  /** False if stack, code and static files were already up to date. */
  readonly isChanged: boolean;
  /** What CloudFormation changed. */
  readonly changes: readonly StackChange[];
}

/** @param outputs Of the stack. */
export function resultOf(
  stackName: string,
  outputs: ReadonlyMap<string, string>,
  isChanged: boolean,
  changes: readonly StackChange[] = [],
): DeployResult {
  return {
    stackName,
    httpUrl: outputs.get("HttpUrl") ?? null,
    webSocketUrl: outputs.get("WebSocketUrl") ?? null,
    cdnUrl: outputs.get("CdnUrl") ?? null,
    dnsRecords: [...outputs].flatMap(([name, value]) =>
      name.startsWith(dnsRecordOutput) ? [value] : [],
    ),
    isChanged,
    changes,
  };
}
