/**
 * An error that the person at the terminal can fix: printed without a stack trace. It says what is wrong, the value,
 * and the remedy.
 */
export class VerifyError extends Error {
  override readonly name = "VerifyError";
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(`${message}\n  → ${remedy}`, options);
    this.remedy = remedy;
  }
}
