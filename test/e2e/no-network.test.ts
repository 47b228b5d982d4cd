import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { linkDependencies, temporaryFolder } from "../helpers/temporary-folder.ts";

const bin = fileURLToPath(new URL("../../packages/cli/bundle/bin.js", import.meta.url));

/** Whether this machine lets a program have a network of its own, with nothing but loopback. */
function canUnshare(): boolean {
  try {
    execFileSync("unshare", ["--map-root-user", "--net", "ip", "link", "set", "lo", "up"]);
    return true;
  } catch {
    return false;
  }
}

test.skipIf(!canUnshare())(
  "dev works without a network, the first time too",
  async () => {
    await using folder = await temporaryFolder({
      ".arc": "@app\nalone\n\n@ws\n\n@http\nget /\n\n@tables\ncats\n  id *String\n",
      "src/http/get-index/index.js":
        "exports.handler = async () => ({ statusCode: 200, body: 'alone' });\n",
    });
    await linkDependencies(folder.path);
    // The client has to be in the same network.
    const script = `ip link set lo up
${process.execPath} ${bin} dev ${folder.path} --port 3999 &
dev=$!
for try in $(seq 200); do
  answer=$(${process.execPath} -e 'fetch("http://localhost:3999/").then((r) => r.text()).then(console.log, () => {})')
  [ "$answer" = alone ] && break
done
kill -INT $dev
wait $dev
echo "code $? answer $answer"
`;
    const child = spawn("unshare", ["--map-root-user", "--net", "sh", "-c", script]);
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    await once(child, "close");
    expect(output).toContain("code 0 answer alone");
  },
  60_000,
);
