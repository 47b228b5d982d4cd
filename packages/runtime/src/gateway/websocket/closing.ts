/** What `$disconnect` hears of the end of a connection. */
export interface Closing {
  readonly code: number;
  readonly reason: string;
}

/** Of a frame that breaks the protocol. https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
export function closingOfError(error: Error & { readonly code?: string }): Closing {
  return { code: codeOf(error.code), reason: error.message };
}

function codeOf(code: string | undefined): number {
  if (code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") return 1009;
  if (code === "WS_ERR_INVALID_UTF8") return 1007;
  return code?.startsWith("WS_ERR_") === true ? 1002 : 1006;
}

/** As the peer gave it, in AWS's words where it gave none. */
export function closingOfPeer(code: number, reason: Buffer): Closing {
  if (code === 1005) return { code, reason: "Client-side close frame status not set" };
  if (code === 1006) return { code, reason: "Connection Closed Abnormally" };
  return { code, reason: reason.toString("utf8") };
}
