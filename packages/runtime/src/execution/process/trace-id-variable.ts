import { traceIdOf } from "../trace-id.ts";

/** As Lambda names it: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const name = "_X_AMZN_TRACE_ID";

/**
 * The variable that names the trace of the running invocation. It is written out when somebody reads it:
 * the C library keeps every value a variable ever had, so that one for each invocation would fill memory.
 */
export class TraceIdVariable {
  #requestId: string | null = null;

  /** From now on the variable is the invocation's. */
  set(requestId: string): void {
    this.#requestId = requestId;
  }

  /** Puts the variable into `process.env`. What sets it otherwise wins until the next invocation. */
  install(): void {
    const writeOut = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
      if (this.#requestId !== null) env[name] = traceIdOf(this.#requestId);
      this.#requestId = null;
      return env;
    };
    process.env = new Proxy(process.env, {
      get: (env, key) => Reflect.get(key === name ? writeOut(env) : env, key) as unknown,
      has: (env, key) => Reflect.has(key === name ? writeOut(env) : env, key),
      getOwnPropertyDescriptor: (env, key) =>
        Reflect.getOwnPropertyDescriptor(key === name ? writeOut(env) : env, key),
      ownKeys: (env) => Reflect.ownKeys(writeOut(env)),
      set: (env, key, value: string) => {
        if (key === name) this.#requestId = null;
        return Reflect.set(env, key, value);
      },
    });
  }
}
