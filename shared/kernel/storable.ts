/** PostgreSQL's text type accepts neither NUL nor a lone surrogate. */
const UNSTORABLE = /[\0\p{Cs}]/u;

/** Whether PostgreSQL can store the text. A text that it cannot store is never sent: the database would raise. */
export function isStorable(text: string): boolean {
  return !UNSTORABLE.test(text);
}
