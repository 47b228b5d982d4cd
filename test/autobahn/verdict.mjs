// What a result of the suite means for an API Gateway WebSocket API.

/** Sections of the suite, in the order of the table. */
export const sections = [
  ["1", "Framing"],
  ["2", "Pings and pongs"],
  ["3", "Reserved bits"],
  ["4", "Opcodes"],
  ["5", "Fragmentation"],
  ["6", "UTF-8"],
  ["7", "Closing"],
  ["9", "Limits and performance"],
  ["10", "Auto-fragmentation"],
  ["12", "Compression, payloads"],
  ["13", "Compression, parameters"],
];

/** Cases that send a binary message and expect it back. */
const binary = /^(1\.2|9\.2|9\.4|9\.6|9\.8)\./;

/** Cases whose text is more than an invocation may carry. */
const overLambda = new Set(["9.1.5", "9.1.6"]);

const fine = new Set(["OK", "NON-STRICT", "INFORMATIONAL"]);

/**
 * One of `strict`, `non-strict` (conforms, leaves a SHOULD), `informational` (RFC 6455 says nothing),
 * `as-aws` (API Gateway's documented refusal, checked), `not-offered` (an extension that was not
 * negotiated), `failed`.
 */
export function judge(id, result, { refusesBinary }) {
  if (result === undefined) return "failed";
  // API Gateway has no binary messages: close code 1003 is what its documentation names.
  if (refusesBinary && binary.test(id))
    return result.remoteCloseCode === 1003 ? "as-aws" : "failed";
  // Lambda takes 6 MB: the gateway answers 8 and 16 MB with its error frame and stays open.
  if (refusesBinary && overLambda.has(id)) {
    return result.behaviorClose === "OK" && /but got 1\d\d\.$/.test(result.result)
      ? "as-aws"
      : "failed";
  }
  if (result.behavior === "UNIMPLEMENTED") return "not-offered";
  if (!fine.has(result.behavior) || !fine.has(result.behaviorClose)) return "failed";
  if (result.behavior === "OK") return "strict";
  return result.behavior === "NON-STRICT" ? "non-strict" : "informational";
}

const columns = ["strict", "non-strict", "informational", "as-aws", "not-offered", "failed"];

/** A Markdown table of verdicts per section. `verdicts` maps case ids to verdicts. */
export function table(verdicts) {
  const rows = [
    ["Section", "Cases", ...columns],
    ["---", "--:", ...columns.map(() => "--:")],
  ];
  for (const [number, title] of sections) {
    const own = [...verdicts].filter(([id]) => id.startsWith(`${number}.`));
    if (own.length === 0) continue;
    const count = (column) => own.filter(([, verdict]) => verdict === column).length;
    rows.push([`${number} ${title}`, own.length, ...columns.map(count)]);
  }
  return rows.map((row) => `| ${row.join(" | ")} |`).join("\n");
}
