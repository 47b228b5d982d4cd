import { spawn } from "node:child_process";

/** Opens a page in the user's browser. Resolves with false if the system has no command for it. */
export function openBrowser(url: string): Promise<boolean> {
  const [command, ...args] = openCommand(url);
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: "ignore", detached: true });
    child.once("error", () => resolve(false));
    child.once("spawn", () => {
      child.unref(); // Let this process exit while the browser runs.
      resolve(true);
    });
  });
}

function openCommand(url: string): readonly [string, ...string[]] {
  switch (process.platform) {
    case "darwin":
      return ["open", url];
    case "win32":
      return ["rundll32", "url.dll,FileProtocolHandler", url];
    default:
      return ["xdg-open", url];
  }
}
