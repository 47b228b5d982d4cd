const endOfMessage = 0x80;
const opcode = { continuation: 0x00, text: 0x01, binary: 0x02 } as const;
/** Length fields of this value stand for a length in the two, or the eight, bytes that follow. */
const lengthField = { two: 126, eight: 127 } as const;

/**
 * A message as one frame of a server, header and payload in one buffer: two of them would make every
 * message a vectored write, which costs Node.js more than the copy. The bytes of a text are its UTF-8.
 * https://www.rfc-editor.org/rfc/rfc6455#section-5.2
 */
export function messageFrame(data: string | Uint8Array, isText: boolean): Buffer {
  const length = typeof data === "string" ? Buffer.byteLength(data) : data.byteLength;
  const start = length < lengthField.two ? 2 : length <= 0xff_ff ? 4 : 10;
  const frame = Buffer.allocUnsafe(start + length);
  frame[0] = endOfMessage | (isText ? opcode.text : opcode.binary);
  if (start === 2) frame[1] = length;
  else if (start === 4) {
    frame[1] = lengthField.two;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = lengthField.eight;
    frame.writeUInt32BE(Math.floor(length / 2 ** 32), 2);
    frame.writeUInt32BE(length % 2 ** 32, 6);
  }
  if (typeof data === "string") frame.write(data, start);
  else frame.set(data, start);
  return frame;
}

/** In front of a message that is framed in place. */
const inPlaceHeaderBytes = 4;

/**
 * The frame of a message of at most 65,535 bytes that is in a buffer already: its header takes the place of
 * the bytes in front.
 */
export function frameInPlace(buffer: Buffer, start: number, end: number, isText: boolean): Buffer {
  const length = end - start;
  let from = start - 2;
  if (length < lengthField.two) buffer[start - 1] = length;
  else {
    from = start - inPlaceHeaderBytes;
    buffer[from + 1] = lengthField.two;
    buffer.writeUInt16BE(length, from + 2);
  }
  buffer[from] = endOfMessage | (isText ? opcode.text : opcode.binary);
  return buffer.subarray(from, end);
}

/** A message as one frame, or as several of so many bytes of payload at most; the peer sees one message. */
export function messageFrames(
  data: string | Uint8Array,
  isText: boolean,
  frameBytes: number,
): Buffer {
  // A UTF-16 unit is at most three bytes.
  const most = typeof data === "string" ? data.length * 3 : data.byteLength;
  if (most <= frameBytes) return messageFrame(data, isText);
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  if (bytes.byteLength <= frameBytes) return messageFrame(bytes, isText);
  const frames: Buffer[] = [];
  for (let start = 0; start < bytes.byteLength; start += frameBytes) {
    const end = start + frameBytes;
    const frame = messageFrame(bytes.subarray(start, end), isText);
    const first = start === 0 ? (isText ? opcode.text : opcode.binary) : opcode.continuation;
    frame[0] = (end >= bytes.byteLength ? endOfMessage : 0) | first;
    frames.push(frame);
  }
  return Buffer.concat(frames);
}
