import { didYouMean, type LambdaFunction } from "@arclet/manifest";

/** Finds a function by its id. @throws TypeError that names the functions of the app */
export function declaredFunction(
  functions: readonly LambdaFunction[],
  functionId: string,
): LambdaFunction {
  const declared = functions.find(({ id }) => id === functionId);
  if (declared !== undefined) return declared;
  const ids = functions.map(({ id }) => id);
  const suggestion = didYouMean(functionId, ids);
  const hint =
    suggestion === null ? `Functions: ${ids.join(", ")}` : `Did you mean "${suggestion}"?`;
  throw new TypeError(`The app has no function "${functionId}". ${hint}`);
}
