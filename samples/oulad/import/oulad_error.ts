/** A sample that cannot be imported as it is: printed without a stack. Says what is wrong with which value, and the remedy. */
export class OuladError extends Error {
  override readonly name = "OuladError";
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(`${message}\n  → ${remedy}`, options);
    this.remedy = remedy;
  }
}

/** The remedy for everything that is wrong inside a file: the published tables have none of it. */
export const RESTORE_THE_FILE = "restore the file as it was published, or correct that line";
