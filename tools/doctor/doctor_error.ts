/** An error that the person at the terminal can fix: printed with its remedy, without a stack trace. */
export class DoctorError extends Error {
  override readonly name = "DoctorError";

  constructor(message: string, remedy: string) {
    super(`${message}\n  → ${remedy}`);
  }
}
