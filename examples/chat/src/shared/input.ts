import * as v from "valibot";

/** Text without control characters; new lines are welcome. */
function textOf(field: string, longest: number) {
  return v.pipe(
    v.string(`"${field}" is missing`),
    v.transform((text) => text.replaceAll(/[^\P{Cc}\n]/gu, "").trim()),
    v.minLength(1, `"${field}" is empty`),
    v.maxLength(longest, `"${field}" has more than ${longest} characters`),
  );
}

const room = v.pipe(
  v.string('"room" is missing'),
  v.regex(/^[\p{L}\p{N}-]{1,32}$/u, "A room's name has up to 32 letters, digits and hyphens"),
);

export const joinInput = v.object({ room });
export const sayInput = v.object({ room, text: textOf("text", 1000) });
/** `before`: `at` of a line. */
export const earlierInput = v.object({ room, before: textOf("before", 64) });
/** The body of a request for a ticket. */
export const ticketInput = v.pipe(
  v.string(),
  v.parseJson(undefined, "The body is not JSON"),
  v.object({ name: textOf("name", 32) }, "The body is not an object"),
);
