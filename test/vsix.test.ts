import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { expect, test } from "vitest";
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";
import { packageExtension } from "../scripts/vsix.mjs";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

test("the extension for VS Code is one small file, whose server runs", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "arclet.vsix");
  await packageExtension(file);
  const entries = unzipSync(readFileSync(file));
  expect(Object.keys(entries).toSorted()).toEqual([
    "[Content_Types].xml",
    "extension.vsixmanifest",
    "extension/LICENSE.txt",
    "extension/arc.tmLanguage.json",
    "extension/bundle/arc.schema.json",
    "extension/bundle/extension.cjs",
    "extension/bundle/preferences.schema.json",
    "extension/bundle/server.cjs",
    "extension/icon.png",
    "extension/language-configuration.json",
    "extension/package.json",
    "extension/readme.md",
  ]);
  expect(readFileSync(file).byteLength).toBeLessThan(1_000_000);

  const server = join(folder.path, "server.cjs");
  writeFileSync(server, entries["extension/bundle/server.cjs"] ?? "");
  const child = spawn(process.execPath, [server, "--stdio"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const client = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  client.listen();
  const answer = await client.sendRequest("initialize", {
    processId: process.pid,
    rootUri: null,
    capabilities: {},
  });
  expect(answer).toMatchObject({ capabilities: { hoverProvider: true } });
  await client.sendRequest("shutdown");
  await client.sendNotification("exit");
  client.dispose();
});
