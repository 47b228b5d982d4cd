/** An X-Ray header that samples nothing, made of a request id, a UUID, so that logs can be matched. */
export function traceIdOf(requestId: string): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  // Without its hyphens: the first 24 digits, and the last 16.
  const [start, middle] = [requestId.slice(0, 8), requestId.slice(9, 13)];
  const [third, fourth] = [requestId.slice(14, 18), requestId.slice(19, 23)];
  const end = requestId.slice(24);
  return `Root=1-${seconds}-${start}${middle}${third}${fourth}${end.slice(0, 4)};Parent=${fourth}${end};Sampled=0`;
}
