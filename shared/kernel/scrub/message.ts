import { scrubCredentials } from "./credentials.ts";
import { scrubIdentifiers, scrubNumbers } from "./numbers.ts";
import { scrubQuotes } from "./quotes.ts";
import { scrubSections } from "./sections.ts";
import { plainly, scrubPlainly } from "./spelling.ts";
import { scrubTokens } from "./tokens.ts";
import { scrubPaths } from "./words.ts";

/** Nobody reads more of a message, and the rest only adds what may be private. */
const LONGEST_MESSAGE = 4_000;

export interface ScrubOptions {
  /** Names that are told beside the message: the job, the view, the owner. They stay where the message quotes them. */
  readonly names?: readonly (string | null | undefined)[];
  /** Whether this product put the message together itself: then what its words announce as a name is one, whatever its form. */
  readonly is_ours?: boolean;
  /** For tests of how the time grows: the message is cut to so many characters. */
  readonly longest?: number;
}

/**
 * Takes personal data and secrets out of an error message: credentials, addresses, key values, literals, rows, whatever
 * DETAIL and HINT say, numbers of people. An SQLSTATE in brackets stays, and so do the names of objects: a quoted word
 * stays where the word before it says that a name follows and it has the form of one, or where the caller tells it as
 * the name of what the message is about. Whatever else is quoted is a value.
 *
 * A long message is cut before anything is looked for.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(
 *   scrubMessage('duplicate key value violates unique constraint "users_email_key" Key (email)=(a@b.org) already exists.'),
 *   'duplicate key value violates unique constraint "users_email_key" Key (email)=([value]) already exists.',
 * );
 * ```
 */
export function scrubMessage(
  message: string,
  { names = [], is_ours = false, longest = LONGEST_MESSAGE }: ScrubOptions = {},
): string {
  const known = names.filter((name) => name != null).map(plainly);
  const scrubbed = scrubPlainly(cut(message, longest), (plain) => {
    const values = scrubQuotes(scrubPaths(scrubCredentials(scrubSections(plain))), known, is_ours);
    return scrubTokens(scrubNumbers(scrubIdentifiers(values)));
  });
  return cut(scrubbed, longest);
}

/** Takes secrets out of a name, of a job for one, which may be any text; what is no secret in it stays, so that it is found. */
export function scrubName(name: string): string {
  return scrubPlainly(name, (plain) => scrubTokens(scrubNumbers(scrubCredentials(plain))));
}

/** What was cut through would no longer look like what it was: the last word goes, and numbers before it, which may be its beginning. */
function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const words = text.slice(longest - 202, longest - 2).split(/(?<=\s)/).slice(0, -1);
  while (/\d/.test(words.at(-1) ?? "")) words.pop();
  return `${text.slice(0, longest - 202)}${words.join("")}…`;
}
