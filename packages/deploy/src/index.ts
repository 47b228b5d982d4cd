export { synthesize, type Synthesis } from "./template/synthesize.ts";
