/**
 * Something that the person at the terminal can put right: printed as it is, without a stack.
 * The message names what is wrong, with the value; the remedy is what to do about it.
 */
export class StackError extends Error {
  override readonly name = "StackError";
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(`${message}\n  → ${remedy}`, options);
    this.remedy = remedy;
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
