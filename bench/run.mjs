// `npm run bench`: every number is a ratio of medians measured side by side in this run.
//   --no-peers   leave out what has to be installed (Architect's sandbox, serverless-offline)
//   names        run only these: echo …
import process from "node:process";

const suites = {
  echo: async (options) => (await import("./echo.mjs")).measureEcho(options),
};

const options = { withPeers: !process.argv.includes("--no-peers") };
const names = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
let missed = 0;
for (const [name, measure] of Object.entries(suites)) {
  if (names.length > 0 && !names.includes(name)) continue;
  for (const { name: what, value, bar, isAtLeast } of await measure(options)) {
    const isMet = isAtLeast ? value >= bar : value <= bar;
    if (!isMet) missed++;
    const ratio = `${value.toPrecision(3)} ×`.padStart(10);
    console.log(
      `${isMet ? "ok  " : "MISS"} ${ratio}  (bar ${isAtLeast ? "≥" : "≤"} ${bar})  ${what}`,
    );
  }
}
console.log(missed === 0 ? "All bars are met." : `${missed} missed.`);
