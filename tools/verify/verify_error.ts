/** Something that the person who verifies can put right: printed without a stack. Says what is wrong with which value, and the remedy. */
export class VerifyError extends Error {
  override readonly name = "VerifyError";
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(`${message}\n  → ${remedy}`, options);
    this.remedy = remedy;
  }
}
