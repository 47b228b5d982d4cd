import type { PlannedFile } from "./project-files.ts";

const content = `# Notes for coding assistants

This is an Arclet app: small functions behind a WebSocket and HTTP API, declared in \`.arc\`.

## Commands

- \`npx arclet dev\` runs the app on http://localhost:3333 and reloads what is saved.
- \`npx arclet check\` reports every mistake with file, line and column. Run it after each change.
- \`npx arclet init\` writes a handler for every function of the manifest that has none.
- \`npx arclet invoke http/get-index\` runs one function once.
- \`npx arclet fmt\` formats the manifest.

## Layout

- \`.arc\`: the manifest. A function exists because a line of it says so.
- \`src/http/<method>-<path>\`: \`get /cats/:id\` is \`src/http/get-cats-000id\`.
- \`src/ws/<action>\`: connect, default and disconnect always exist. A message \`{"action":"say"}\` runs \`say\`.
- \`src/events\`, \`src/queues\`, \`src/scheduled\`, \`src/tables-streams\`: functions by name.
- \`src/shared\`: code of several functions, imported as \`@shared/…\`.
- \`public/\`: static files, served at \`/_static/\`.

## Rules

- A handler is an export named \`handler\`. An HTTP function returns \`{ statusCode, headers, body }\`.
- Keep no state in a function between invocations: declare a table under \`@tables\`.
- Send to sockets with \`ws.send\` of \`@arclet/functions\`. It rejects with \`GoneException\` when the client has left. \`connect\` cannot send: the socket is not open yet.
- Do not edit \`.arclet/\`: it is built.
- Secrets belong in \`.env\`, and deployed in \`npx arclet env --add NAME\`.
`;

/** Text of a new app's AGENTS.md: what a coding assistant should know. */
export const newAgents: PlannedFile = { path: "AGENTS.md", content };
