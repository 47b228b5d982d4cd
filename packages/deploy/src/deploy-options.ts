import type { Archiver, BuiltFunction } from "@arclet/builder";
import type { Project } from "@arclet/manifest";
import type { AccountFlags } from "./aws/credential-source.ts";
import type { Stage } from "./environment.ts";
import type { StackChange } from "./reporter.ts";
import { dnsRecordOutput } from "./template/logical-ids.ts";
import type { Template } from "./template/template.ts";

export interface DeployOptions extends AccountFlags {
  readonly project: Project;
  /** The functions of the project; none are needed for the static files alone. */
  readonly built: readonly BuiltFunction[];
  readonly archiver: Archiver;
  readonly stage: Stage;
  /** `--name`: a stack of its own beside the stage's. */
  readonly name: string | null;
  /** `code`: function code only, without CloudFormation; `static`: the static files only. */
  readonly mode: "all" | "code" | "static" | "dry-run";
  /** Ids of the only functions whose code `code` brings. @default all */
  readonly only?: readonly string[];
  /** Tags of the stack beside Arclet's own. */
  readonly tags?: { readonly [name: string]: string };
  /** Deletes tables that leave the stack, which otherwise stay. @default false */
  readonly deletesTables?: boolean;
  /** Variables of plugins, which all functions with an environment get. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Gives the template as it is to be deployed: what plugins are for. */
  readonly extend?: (template: Template) => Promise<Template>;
  /** Resources that a stack may have before its functions go to nested stacks. @default 500 */
  readonly resourceLimit?: number;
  /** Asked before anything that holds data is replaced or removed. */
  readonly confirm: (changes: readonly StackChange[]) => Promise<boolean>;
  /** Asked before Architect's stack of the app becomes Arclet's, with all that changes. @default refused */
  readonly confirmAdoption?: (changes: readonly StackChange[]) => Promise<boolean>;
}

export interface DeployResult {
  readonly stackName: string;
  readonly httpUrl: string | null;
  readonly webSocketUrl: string | null;
  readonly cdnUrl: string | null;
  /** Records that the hosts of `@domain` need, where no zone is named: `app.example.com CNAME …`. */
  readonly dnsRecords: readonly string[];
  /** False: the stack, the code and the static files were already as the project says. */
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
