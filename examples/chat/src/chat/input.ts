import { longestName, longestText } from "./protocol.ts";

/** Something a client sent cannot be taken; the message is for the person there. */
export class Refused extends Error {
  override readonly name = "Refused";
}

/** Nothing that comes over a socket is what it should be, until it was looked at. */
export function readInput(body: string): Input {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new Refused("That was no JSON");
  }
  return new Input(value);
}

class Input {
  readonly #fields: ReadonlyMap<string, unknown>;

  constructor(value: unknown) {
    this.#fields = new Map(
      typeof value === "object" && value !== null ? Object.entries(value) : [],
    );
  }

  get room(): string {
    const room = this.#text("room", 32);
    if (!/^[\p{L}\p{N}-]+$/u.test(room)) {
      throw new Refused("A room's name has letters, digits and hyphens");
    }
    return room;
  }

  get name(): string {
    return this.#text("name", longestName);
  }

  get text(): string {
    return this.#text("text", longestText);
  }

  /** `at` of a message. */
  get before(): string {
    return this.#text("before", 64);
  }

  #text(field: string, longest: number): string {
    const value = this.#fields.get(field);
    if (typeof value !== "string") throw new Refused(`"${field}" is missing`);
    // Without control characters; new lines are welcome.
    const text = value.replaceAll(/[^\P{Cc}\n]/gu, "").trim();
    if (text === "") throw new Refused(`"${field}" is empty`);
    if (text.length > longest) throw new Refused(`"${field}" has more than ${longest} characters`);
    return text;
  }
}
