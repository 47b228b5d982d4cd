import type { FunctionPermissions } from "./template/describe-template.ts";

/** One resource of the difference between the stack and the manifest. */
export interface StackChange {
  readonly action: "add" | "change" | "replace" | "maybe-replace" | "remove";
  readonly logicalId: string;
  /** Physical id; null if it does not exist yet. */
  readonly physicalId: string | null;
  readonly type: string;
  /** The manifest entry it was created for: `table cats`; null if the manifest no longer has it. */
  readonly label: string | null;
  /** Whether data held by a removed resource is kept in AWS, if it holds any. */
  readonly data: "none" | "kept" | "deleted";
}

/** Everything a deploy reports while it runs. */
export type DeployEvent =
  | {
      readonly type: "packaged";
      readonly functionId: string;
      readonly zipBytes: number;
      readonly unzippedBytes: number;
    }
  | {
      readonly type: "target";
      readonly stackName: string;
      readonly region: string;
      readonly account: string;
    }
  | { readonly type: "uploaded"; readonly what: string; readonly bytes: number }
  | { readonly type: "up-to-date"; readonly what: string }
  | { readonly type: "waiting"; readonly stackName: string; readonly status: string }
  | { readonly type: "overtaken"; readonly stackName: string }
  | { readonly type: "cleaning"; readonly stackName: string; readonly reason: string }
  | {
      /** One of several successive updates, numbered from 1. */
      readonly type: "step";
      readonly number: number;
      readonly count: number;
      readonly texts: readonly string[];
    }
  | {
      readonly type: "difference";
      readonly changes: readonly StackChange[];
      /** Number of resources that will be reported. Each nested stack counts as one. */
      readonly total: number;
    }
  | {
      readonly type: "resource";
      readonly logicalId: string;
      readonly resourceType: string;
      readonly status: string;
      readonly label: string | null;
      readonly reason: string | null;
    }
  | { readonly type: "rolling-back"; readonly reason: string }
  | { readonly type: "table-kept"; readonly tableName: string }
  | { readonly type: "table-deleted"; readonly tableName: string }
  | { readonly type: "table-backed-up"; readonly tableName: string; readonly backupArn: string }
  | { readonly type: "protection"; readonly isProtected: boolean }
  | { readonly type: "code-updated"; readonly functionId: string }
  | { readonly type: "static-file"; readonly action: "put" | "delete"; readonly key: string }
  | {
      readonly type: "dry-run";
      readonly folder: string;
      /** Of the root stack and those nested in it. */
      readonly counts: { readonly [resourceType: string]: number };
      /** Beside the nested stacks themselves. */
      readonly rootResources: number;
      readonly nestedStacks: number;
      readonly permissions: readonly FunctionPermissions[];
      readonly staticFiles: { readonly count: number; readonly bytes: number };
    };

export interface DeployReporter {
  report(event: DeployEvent): void;
}
