/** A frame as RFC 6455, section 5.2, lays it out; every field may be wrong on purpose. */
export interface Frame {
  readonly opcode: number;
  readonly payload?: Buffer | string;
  /** @default true */
  readonly fin?: boolean;
  /** Three bits, RSV1 the highest. @default 0 */
  readonly rsv?: number;
  /** @default true, as clients must */
  readonly masked?: boolean;
  /** Length to claim instead of the payload's. */
  readonly claimedLength?: bigint;
}

export const opcodes = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
} as const;

const mask = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

export function encodeFrame(frame: Frame): Buffer {
  const payload = Buffer.from(frame.payload ?? "");
  const isMasked = frame.masked ?? true;
  const length = frame.claimedLength ?? BigInt(payload.length);
  const first = ((frame.fin ?? true) ? 0x80 : 0) | ((frame.rsv ?? 0) << 4) | frame.opcode;
  const maskBit = isMasked ? 0x80 : 0;
  let header: Buffer;
  if (length < 126n) {
    header = Buffer.from([first, maskBit | Number(length)]);
  } else if (length < 65_536n) {
    header = Buffer.from([first, maskBit | 126, 0, 0]);
    header.writeUInt16BE(Number(length), 2);
  } else {
    header = Buffer.from([first, maskBit | 127, 0, 0, 0, 0, 0, 0, 0, 0]);
    header.writeBigUInt64BE(length, 2);
  }
  if (!isMasked) return Buffer.concat([header, payload]);
  const body = Buffer.from(payload.map((octet, index) => octet ^ (mask[index % 4] ?? 0)));
  return Buffer.concat([header, mask, body]);
}

export function closePayload(code: number, reason: Buffer | string = ""): Buffer {
  const payload = Buffer.concat([Buffer.alloc(2), Buffer.from(reason)]);
  payload.writeUInt16BE(code);
  return payload;
}

export interface ReceivedFrame {
  readonly fin: boolean;
  readonly opcode: number;
  readonly payload: Buffer;
}

/** The frame at the front of what a server sent, and its whole length; null when more has to come. */
export function decodeFrame(
  bytes: Buffer,
): { readonly frame: ReceivedFrame; readonly length: number } | null {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return null;
  if ((second & 0x80) !== 0) throw new Error("the server masked a frame");
  let length = second & 0x7f;
  let start = 2;
  if (length === 126) {
    if (bytes.length < 4) return null;
    length = bytes.readUInt16BE(2);
    start = 4;
  } else if (length === 127) {
    if (bytes.length < 10) return null;
    length = Number(bytes.readBigUInt64BE(2));
    start = 10;
  }
  if (bytes.length < start + length) return null;
  const payload = bytes.subarray(start, start + length);
  return {
    frame: { fin: (first & 0x80) !== 0, opcode: first & 0x0f, payload },
    length: start + length,
  };
}
