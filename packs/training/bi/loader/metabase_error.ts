/** An error with its remedy, for the person at the terminal. Never holds a key. */
export class MetabaseError extends Error {
  constructor(what: string, remedy: string) {
    super(`${what}: ${remedy}`);
  }
}
