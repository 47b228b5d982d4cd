export { parseJson } from "./syntax/json.ts";
export { parseYaml } from "./syntax/yaml.ts";
