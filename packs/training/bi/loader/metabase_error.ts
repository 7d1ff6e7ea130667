/** What went wrong, and what to do about it. Never holds a key. */
export class MetabaseError extends Error {
  constructor(what: string, remedy: string) {
    super(`${what}: ${remedy}`);
  }
}
