/** A problem that a schema found in a value. */
export interface Issue {
  readonly message: string;
  readonly path?: readonly (string | number)[];
}

/** Interface shared by the schemas of zod, valibot, arktype and others: https://standardschema.dev */
export interface StandardSchema {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => Result | Promise<Result>;
    readonly types?: { readonly input: unknown; readonly output: unknown } | undefined;
  };
}

// oxlint-disable-next-line typescript/no-namespace
export declare namespace StandardSchema {
  type Input<Schema extends StandardSchema> = NonNullable<Schema["~standard"]["types"]>["input"];
  type Output<Schema extends StandardSchema> = NonNullable<Schema["~standard"]["types"]>["output"];
}

type Result =
  | { readonly value: unknown; readonly issues?: undefined }
  | {
      readonly issues: readonly {
        readonly message: string;
        readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
      }[];
    };

/** Resolves with the schema's output, or the value's problems. */
export async function validate(
  schema: StandardSchema,
  value: unknown,
): Promise<{ readonly value: unknown } | { readonly issues: readonly Issue[] }> {
  const result = await schema["~standard"].validate(value);
  if (result.issues === undefined) return { value: result.value };
  return {
    issues: result.issues.map(({ message, path }) => ({
      message,
      ...(path === undefined ? {} : { path: path.map(keyOf) }),
    })),
  };
}

function keyOf(segment: PropertyKey | { readonly key: PropertyKey }): string | number {
  const key = typeof segment === "object" ? segment.key : segment;
  return typeof key === "symbol" ? String(key) : key;
}
