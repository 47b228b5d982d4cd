// Lambda's Node.js runtimes have the AWS SDK; here it is this repository's.
const parentURL = new URL("../../package.json", import.meta.url).href;

export async function resolve(specifier, context, nextResolve) {
  if (!specifier.startsWith("@aws-sdk/")) return nextResolve(specifier, context);
  try {
    return await nextResolve(specifier, context);
  } catch (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    return nextResolve(specifier, { ...context, parentURL });
  }
}
