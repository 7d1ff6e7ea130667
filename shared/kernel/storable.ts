/** PostgreSQL's text holds no NUL, and no half of a surrogate pair, which is no character. */
const UNSTORABLE = /[\0\p{Cs}]/u;

/** Whether a text can be the value of any row, in any column. What cannot is never sent to the database, which would raise. */
export function isStorable(text: string): boolean {
  return !UNSTORABLE.test(text);
}
