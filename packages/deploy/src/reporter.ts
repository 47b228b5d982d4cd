import type { FunctionPermissions } from "./template/describe-template.ts";

/** One resource of the difference between the stack and the manifest. */
export interface StackChange {
  readonly action: "add" | "change" | "replace" | "maybe-replace" | "remove";
  readonly logicalId: string;
  /** AWS's name of it; null for what is yet to be made. */
  readonly physicalId: string | null;
  readonly type: string;
  /** What of the manifest it stems from: `table cats`; null for what the manifest no longer has. */
  readonly label: string | null;
  /** What becomes of the data that it holds, if it holds any and goes: it stays in AWS, or not. */
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
      /** One of several updates that AWS makes one after the other; the number begins with 1. */
      readonly type: "step";
      readonly number: number;
      readonly count: number;
      readonly texts: readonly string[];
    }
  | {
      readonly type: "difference";
      readonly changes: readonly StackChange[];
      /** How many resources will be reported on: nested stacks count as one each. */
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
