import { internalError } from "../../kernel/app_error.ts";
import { type Environment, readEnvironment } from "./environment.ts";

/** The environment, or for every request the same fault. @throws AppError INTERNAL whose defect names the faulty variables. */
export function checkedEnvironment(get: (name: string) => string | undefined): Environment {
  try {
    return readEnvironment(get);
  } catch (error) {
    throw internalError(error instanceof Error ? error.message : "the environment could not be read");
  }
}
