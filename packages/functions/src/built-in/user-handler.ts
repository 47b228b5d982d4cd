/** A handler as exported by the user. Up to Node.js 22, a third parameter is a callback. */
export type UserHandler = (event: never, context: never, callback?: never) => unknown;

/** Calls a handler of either form. Rejects with what it throws. */
export function callUserHandler(
  handler: UserHandler,
  event: unknown,
  context: unknown,
): Promise<unknown> {
  if (handler.length < 3) {
    return (async () => await handler(event as never, context as never))();
  }
  return new Promise((resolve, reject) => {
    const callback = (error: unknown, value: unknown): void => {
      if (error === null || error === undefined) resolve(value);
      // Any value: Lambda also reports errors that are not an Error.
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- it is the handler's own
      else reject(error);
    };
    const returned = handler(event as never, context as never, callback as never);
    if (returned instanceof Promise) returned.then(resolve, reject);
  });
}
