import { internalError } from "../../kernel/app_error.ts";
import {
  type Environment,
  type GetVariable,
  type IssuersEnvironment,
  readEnvironment,
  readIssuersEnvironment,
  readScheduledEnvironment,
  type ScheduledEnvironment,
} from "./environment.ts";

/** The environment, or the same error for every request. @throws AppError INTERNAL whose defect names the invalid variables. */
export function checkedEnvironment(get: GetVariable): Environment {
  return checked(() => readEnvironment(get));
}

/** The same for a function that the scheduler calls: only what such a call needs can stop it. */
export function checkedScheduledEnvironment(get: GetVariable): ScheduledEnvironment {
  return checked(() => readScheduledEnvironment(get));
}

/** The same for a function that makes ids of an outside issuer's users. */
export function checkedIssuersEnvironment(get: GetVariable): IssuersEnvironment {
  return checked(() => readIssuersEnvironment(get));
}

function checked<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw internalError(error instanceof Error ? error.message : "the environment could not be read");
  }
}
