import { scrubCredentials } from "./credentials.ts";
import { scrubIdentifiers, scrubNumbers } from "./numbers.ts";
import { scrubQuotes } from "./quotes.ts";
import { scrubSections } from "./sections.ts";
import { plainly, scrubPlainly } from "./spelling.ts";
import { scrubTokens } from "./tokens.ts";
import { scrubPaths } from "./words.ts";

/** Characters that are kept: no operator reads more of a message, and the rest could only add private data. */
const LONGEST_MESSAGE = 4_000;

export interface ScrubOptions {
  /** Names that the message may quote: the job, the view, the owner. They are kept. */
  readonly names?: readonly (string | null | undefined)[];
  /**
   * Whether this product wrote the message itself: then any quoted text behind a word like `job` or `view` is a name,
   * whatever its form.
   */
  readonly is_ours?: boolean;
  /** For tests of the running time: cuts the message to this many characters. */
  readonly longest?: number;
}

/**
 * Removes personal data and secrets from an error message: credentials, addresses, key values, literals, rows, the
 * texts of DETAIL and HINT, numbers that identify a person. Kept are an SQLSTATE in brackets and the names of objects:
 * a quoted word is a name if the word before it announces one (`table "orders"`) and it has the form of one, or if it
 * is among `names`. Any other quoted text is a value.
 *
 * A long message is cut before it is searched.
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

/**
 * Removes secrets from a name, such as a job's, which may be any text. The rest is kept, so that operators can find the
 * job.
 */
export function scrubName(name: string): string {
  return scrubPlainly(name, (plain) => scrubTokens(scrubNumbers(scrubCredentials(plain))));
}

/**
 * Shortens a text to `longest` characters. Half a secret would no longer be recognised, so the last word is dropped,
 * and numbers before it, which may be the beginning of one.
 */
function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const words = text.slice(longest - 202, longest - 2).split(/(?<=\s)/).slice(0, -1);
  while (/\d/.test(words.at(-1) ?? "")) words.pop();
  return `${text.slice(0, longest - 202)}${words.join("")}…`;
}
