import { isUtf8 } from "node:buffer";
import { opcodes, type Frame } from "./frames.ts";

export interface ModelLimits {
  readonly frameBytes: number;
  readonly messageBytes: number;
}

export interface Outcome {
  /** Text messages that were complete before anything was wrong. */
  readonly messages: readonly string[];
  readonly pings: readonly Buffer[];
  /** Codes of which the server must close with one; empty when nothing was wrong. */
  readonly closeCodes: ReadonlySet<number>;
  /** A data message is unfinished. */
  readonly isOpenEnded: boolean;
}

const reservedOpcode = (opcode: number): boolean =>
  (opcode > 2 && opcode < 8) || opcode > opcodes.pong;

/** RFC 6455, 7.4: codes an endpoint may put in a close frame. */
export function isSendableCloseCode(code: number): boolean {
  if (code >= 3000 && code <= 4999) return true;
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006;
}

/** What is wrong with a close frame's payload, or the code that answers it. */
function closeAnswer(payload: Buffer): number {
  if (payload.length === 0) return 1005;
  if (payload.length === 1) return 1002;
  const code = payload.readUInt16BE(0);
  if (!isSendableCloseCode(code)) return 1002;
  return isUtf8(payload.subarray(2)) ? code : 1007;
}

/**
 * What RFC 6455 (and API Gateway's limits: 1009, and 1003 for binary) asks of a server for a row
 * of complete frames. Where a server may notice one of several mistakes first, or notice late
 * (UTF-8 may be checked per frame or per message), every code it may close with is given.
 */
export function expectedOutcome(frames: readonly Frame[], limits: ModelLimits): Outcome {
  const messages: string[] = [];
  const pings: Buffer[] = [];
  // Mistakes a server may tell already, but need not before the message is whole.
  const early = new Set<number>();
  let message: { isText: boolean; parts: Buffer[]; length: number } | null = null;

  const fail = (...codes: number[]): Outcome => ({
    messages,
    pings,
    closeCodes: new Set([...early, ...codes]),
    isOpenEnded: message !== null,
  });

  for (const frame of frames) {
    const payload = Buffer.from(frame.payload ?? "");
    const fin = frame.fin ?? true;
    const isControl = frame.opcode >= opcodes.close;
    const wrong: number[] = [];
    if ((frame.rsv ?? 0) !== 0 || reservedOpcode(frame.opcode) || frame.masked === false) {
      wrong.push(1002);
    }
    if (isControl && (!fin || payload.length > 125)) wrong.push(1002);
    if (frame.opcode === opcodes.continuation && message === null) wrong.push(1002);
    if ((frame.opcode === opcodes.text || frame.opcode === opcodes.binary) && message !== null) {
      wrong.push(1002);
    }
    const length = (message?.length ?? 0) + payload.length;
    if (payload.length > limits.frameBytes) wrong.push(1009);
    else if (!isControl && length > limits.messageBytes) wrong.push(1009);
    if (wrong.length > 0) {
      if (frame.opcode === opcodes.binary) wrong.push(1003);
      return fail(...wrong);
    }

    if (frame.opcode === opcodes.close) return fail(closeAnswer(payload));
    if (frame.opcode === opcodes.ping) pings.push(payload);
    if (isControl) continue;

    message ??= { isText: frame.opcode === opcodes.text, parts: [], length: 0 };
    message.parts.push(payload);
    message.length = length;
    const whole = Buffer.concat(message.parts);
    if (!message.isText) early.add(1003);
    else if (!isUtf8Prefix(whole)) early.add(1007);
    if (!fin) continue;
    if (!message.isText) return fail(1003);
    if (!isUtf8(whole)) return fail(1007);
    messages.push(whole.toString());
    message = null;
  }
  return { messages, pings, closeCodes: early, isOpenEnded: message !== null };
}

/** Whether bytes can still become UTF-8 by what follows: at most one character is cut at the end. */
function isUtf8Prefix(bytes: Buffer): boolean {
  if (isUtf8(bytes)) return true;
  for (let cut = 1; cut <= 3 && cut <= bytes.length; cut++) {
    const head = bytes.subarray(0, bytes.length - cut);
    const first = bytes[bytes.length - cut] ?? 0;
    if (first >= 0xc2 && first <= 0xf4 && isUtf8(head)) return true;
  }
  return false;
}
