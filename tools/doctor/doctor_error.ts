/** Something that the person at the terminal can put right: printed as it is, without a stack. */
export class DoctorError extends Error {
  override readonly name = "DoctorError";

  constructor(message: string, remedy: string) {
    super(`${message}\n  → ${remedy}`);
  }
}
