/** Objects are sent as JSON, text unchanged, and bytes as a binary message. */
export type WebSocketPayload =
  | string
  | ArrayBuffer
  | ArrayBufferView
  | object
  | number
  | boolean
  | null;

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
export const maximumMessageBytes: number = 128 * 1024;

/** @throws TypeError for a value without a JSON form. `name` is the calling function. */
export function encodePayload(payload: WebSocketPayload, name: string): string | Uint8Array {
  if (typeof payload === "string") return payload;
  if (payload instanceof ArrayBuffer) return new Uint8Array(payload);
  if (ArrayBuffer.isView(payload)) {
    return new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength);
  }
  // Despite its type, JSON.stringify returns undefined for `undefined` and functions.
  const text = JSON.stringify(payload) as string | undefined;
  if (text === undefined) throw new TypeError(`${name} needs a payload`);
  return text;
}
