// Imports a module and prints how many milliseconds that took, as one JSON line.
import process from "node:process";
import { pathToFileURL } from "node:url";

const { href } = pathToFileURL(process.argv[2]);
const startedAt = performance.now();
await import(href);
console.log(JSON.stringify({ ms: performance.now() - startedAt }));
