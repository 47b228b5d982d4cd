import { join } from "node:path";
import { workspace, type ExtensionContext } from "vscode";
import { LanguageClient, TransportKind } from "vscode-languageclient/node";

let client: LanguageClient | null = null;

/** Called by the editor when a manifest is opened. */
export async function activate(context: ExtensionContext): Promise<void> {
  client = new LanguageClient(
    "arclet",
    "Arclet",
    {
      module: context.asAbsolutePath(join("bundle", "server.cjs")),
      transport: TransportKind.stdio,
    },
    {
      documentSelector: [
        { scheme: "file", language: "arc" },
        { scheme: "file", pattern: "**/arc.{json,yaml,yml}" },
      ],
      synchronize: { fileEvents: workspace.createFileSystemWatcher("**/src/**") },
    },
  );
  await client.start();
}

/** Called by the editor before it closes. */
export async function deactivate(): Promise<void> {
  await client?.stop();
}
