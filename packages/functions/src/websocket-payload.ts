/** Objects are sent as JSON, text as it is, bytes as a binary message. */
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

/** @throws TypeError for what has no JSON. `name`: the function that was called */
export function encodePayload(payload: WebSocketPayload, name: string): string | Uint8Array {
  if (typeof payload === "string") return payload;
  if (payload instanceof ArrayBuffer) return new Uint8Array(payload);
  if (ArrayBuffer.isView(payload)) {
    return new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength);
  }
  // The types of JSON.stringify hide that it has no answer for `undefined` and functions.
  const text = JSON.stringify(payload) as string | undefined;
  if (text === undefined) throw new TypeError(`${name} needs a payload`);
  return text;
}
