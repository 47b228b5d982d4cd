export { askedEachTime, cachedForEver } from "./cache-control.ts";
export { contentTypeOf, isText } from "./content-type.ts";
export { isPublicName, nameOfPath, variantName } from "./file-names.ts";
export { serveStatic } from "./serve-static.ts";
export { encodings } from "./static-file.ts";
export { decode, isVariantOf } from "./variants.ts";
export type {
  Encoding,
  FileStore,
  ServingSettings,
  StaticFile,
  StaticRequest,
  StaticResponse,
} from "./static-file.ts";
