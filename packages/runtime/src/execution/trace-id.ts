/** An X-Ray header that samples nothing, made of a request id so that logs can be matched. */
export function traceIdOf(requestId: string): string {
  const hex = requestId.replaceAll("-", "");
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  return `Root=1-${seconds}-${hex.slice(0, 24)};Parent=${hex.slice(16)};Sampled=0`;
}
