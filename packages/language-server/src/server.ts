import { fileURLToPath } from "node:url";
import { parseArc, printArc } from "@arclet/manifest";
import {
  CodeActionKind,
  TextDocuments,
  TextDocumentSyncKind,
  type Connection,
  type TextEdit,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { complete } from "./complete.ts";
import { diagnose } from "./diagnose.ts";
import { documentKind } from "./document-kind.ts";
import { goToFunction } from "./go-to-function.ts";
import { hover } from "./hover.ts";
import { quickFixes } from "./quick-fixes.ts";

/** Serves one client until it closes the connection. */
export function startServer(connection: Connection): void {
  const documents = new TextDocuments(TextDocument);

  async function publish(document: TextDocument): Promise<void> {
    const path = pathOf(document.uri);
    if (path === null) return;
    const { version } = document;
    const { diagnostics } = await diagnose(path, document.getText());
    // The text has changed; its newer version is diagnosed separately.
    if (documents.get(document.uri)?.version !== version) return;
    await connection.sendDiagnostics({
      uri: document.uri,
      version,
      diagnostics: [...diagnostics],
    });
  }
  const publishAll = async (): Promise<void> => {
    await Promise.all(documents.all().map(publish));
  };
  const report = (error: unknown): void => {
    connection.console.error(
      error instanceof Error ? (error.stack ?? error.message) : String(error),
    );
  };

  connection.onInitialize(() => ({
    serverInfo: { name: "arclet-language-server" },
    capabilities: {
      textDocumentSync: TextDocumentSyncKind.Incremental,
      completionProvider: { triggerCharacters: ["@", " "] },
      hoverProvider: true,
      definitionProvider: true,
      codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
      documentFormattingProvider: true,
    },
  }));

  documents.onDidChangeContent(({ document }) => void publish(document).catch(report));
  documents.onDidSave(() => void publishAll().catch(report));
  documents.onDidClose(({ document }) => {
    void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] }).catch(report);
  });
  // Functions' folders may be created or removed.
  connection.onDidChangeWatchedFiles(() => void publishAll().catch(report));

  connection.onCompletion(({ textDocument, position }) => {
    const [path, document] = [pathOf(textDocument.uri), documents.get(textDocument.uri)];
    if (path === null || document === undefined || !isArc(path)) return [];
    return complete(path, document.getText(), position);
  });
  connection.onHover(({ textDocument, position }) => {
    const [path, document] = [pathOf(textDocument.uri), documents.get(textDocument.uri)];
    if (path === null || document === undefined || !isArc(path)) return null;
    return hover(path, document.getText(), position);
  });
  connection.onDefinition(async ({ textDocument, position }) => {
    const [path, document] = [pathOf(textDocument.uri), documents.get(textDocument.uri)];
    if (path === null || document === undefined) return [];
    const { manifest } = await diagnose(path, document.getText());
    return manifest === null ? [] : goToFunction(manifest, path, position.line);
  });
  connection.onCodeAction(({ textDocument, context }) => {
    const path = pathOf(textDocument.uri);
    return path === null ? [] : quickFixes(path, textDocument.uri, context.diagnostics);
  });
  connection.onDocumentFormatting(({ textDocument }): TextEdit[] => {
    const [path, document] = [pathOf(textDocument.uri), documents.get(textDocument.uri)];
    if (path === null || document === undefined || !isArc(path)) return [];
    const text = document.getText();
    const parsed = parseArc(text, { file: path });
    // Do not format a file with syntax errors, because its meaning is uncertain.
    if (parsed.diagnostics.some(({ severity }) => severity === "error")) return [];
    const end = document.positionAt(text.length);
    return [
      { range: { start: { line: 0, character: 0 }, end }, newText: printArc(parsed.document) },
    ];
  });

  documents.listen(connection);
  connection.listen();
}

/** null for documents that are not files. */
function pathOf(uri: string): string | null {
  return uri.startsWith("file:") ? fileURLToPath(uri) : null;
}

/** JSON and YAML have their own language servers for everything except Arclet's rules. */
function isArc(path: string): boolean {
  return documentKind(path) !== "other" && !/\.(?:json|ya?ml)$/.test(path);
}
