import type { DeployEvent } from "@arclet/deploy";
import { expect, test } from "vitest";
import { DeployProgress } from "../../src/terminal/deploy-progress.ts";
import { createStyle } from "../../src/terminal/style.ts";

/** What is written; `columns` as of a terminal, or null for a file. */
function told(events: readonly DeployEvent[], columns: number | null = null): string {
  let text = "";
  const write = (more: string): void => {
    text += more;
  };
  const progress = new DeployProgress({
    style: createStyle(false),
    isInteractive: false,
    columns,
    write,
    writeError: write,
  });
  for (const event of events) progress.report(event);
  progress.end();
  return text;
}

function resource(status: string, label: string, reason: string | null = null): DeployEvent {
  return {
    type: "resource",
    logicalId: `Id${label}`,
    resourceType: "AWS::X::Y",
    status,
    label,
    reason,
  };
}

const difference: DeployEvent = {
  type: "difference",
  total: 2,
  changes: ["cats", "dogs"].map((label) => ({
    action: "add",
    logicalId: `Id${label}`,
    physicalId: null,
    type: "AWS::X::Y",
    label,
    data: "none",
  })),
};

test("each resource is told when it is done, and how many are", () => {
  expect(
    told([
      difference,
      resource("CREATE_IN_PROGRESS", "cats"),
      resource("CREATE_IN_PROGRESS", "dogs"),
      resource("CREATE_COMPLETE", "dogs"),
      resource("UPDATE_COMPLETE", "cats"),
      resource("DELETE_COMPLETE", "mice"),
      resource("DELETE_SKIPPED", "birds"),
    ]),
  ).toBe(
    [
      "add       cats  AWS::X::Y",
      "add       dogs  AWS::X::Y",
      "created   dogs  AWS::X::Y  1/2",
      "updated   cats  AWS::X::Y  2/2",
      // What is cleared away after the change is not part of it.
      "removed   mice  AWS::X::Y  2/2",
      "kept      birds  AWS::X::Y  2/2",
      "",
    ].join("\n"),
  );
});

test("on a terminal the last line is what is in work, and nothing of it stays", () => {
  const text = told(
    [
      resource("CREATE_IN_PROGRESS", "cats"),
      resource("CREATE_IN_PROGRESS", "dogs"),
      resource("CREATE_COMPLETE", "cats"),
    ],
    80,
  );
  const clear = "\r\u001B[K";
  expect(text).toBe(
    `creating cats …${clear}creating cats, creating dogs …${clear}` +
      `created   cats  AWS::X::Y\ncreating dogs …${clear}`,
  );
  const names = ["a", "b", "c", "d", "e"].map((name) => resource("DELETE_IN_PROGRESS", name));
  expect(told(names, 80)).toContain("removing a, removing b, removing c, and 2 more …");
  // A line that wraps could not be taken back.
  for (const line of told(names, 20).split(clear)) expect(line.length).toBeLessThan(20);
});

test("a failure and its rollback are told at once", () => {
  expect(
    told([
      difference,
      resource("CREATE_FAILED", "cats", "no such layer"),
      { type: "rolling-back", reason: "The following resource(s) failed" },
      resource("DELETE_COMPLETE", "dogs"),
    ]),
  ).toContain(
    "failed    cats: no such layer\nrolling back: The following resource(s) failed\nremoved   dogs  AWS::X::Y\n",
  );
});

test("a big app says where its resources are", () => {
  const text = told([
    {
      type: "dry-run",
      folder: "/out",
      counts: { "AWS::X::Y": 900 },
      rootResources: 300,
      nestedStacks: 16,
      permissions: [],
      staticFiles: { count: 0, bytes: 0 },
    },
  ]);
  expect(text).toContain(
    " 900  resources: 300 in the root stack and the others in 16 nested stacks, of at most 500 each\n",
  );
});

test("functions with the same permissions are listed together", () => {
  const same = {
    allowed: [{ actions: ["sqs:SendMessage", "sqs:GetQueueUrl", "sns:Publish"], on: ["a", "b"] }],
    managedPolicies: [],
  };
  const other = { allowed: [], managedPolicies: ["arn:aws:iam::aws:policy/Any"] };
  expect(
    told([
      {
        type: "dry-run",
        folder: "/out",
        counts: { "AWS::X::Y": 12 },
        rootResources: 12,
        nestedStacks: 0,
        permissions: [
          { functionId: "ws/a", ...same },
          { functionId: "ws/b", ...other },
          { functionId: "ws/c", ...same },
        ],
        staticFiles: { count: 3, bytes: 2048 },
      },
    ]),
  ).toBe(
    [
      "  12  AWS::X::Y",
      "  12  resources, of at most 500 per stack",
      "ws/a, ws/c may",
      "  sqs:SendMessage, GetQueueUrl, sns:Publish on a, b",
      "ws/b may",
      "  everything that arn:aws:iam::aws:policy/Any allows",
      "3 static files, 2.0 kB",
      "written to /out",
      "",
    ].join("\n"),
  );
});
