/** An error that the person at the terminal can put right: printed as it is, without a stack. */
export class CliError extends Error {
  override readonly name = "CliError";

  constructor(message: string, remedy: string) {
    super(`${message}\n  → ${remedy}`);
  }
}
