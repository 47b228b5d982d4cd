/** The action of messages that only keep a connection open (`keepAlive true` under `@ws-settings`), and what answers them. */
export const keepAlive = {
  routeKey: "arclet-ping",
  answer: '{"type":"arclet-pong"}',
} as const;
