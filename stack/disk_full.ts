import { messageOf, StackError } from "./stack_error.ts";

/** How a full disk is reported: by the system, by PostgreSQL (53100, disk_full), and in the output of npm, initdb and the CLI. */
const SIGNS = /\bENOSPC\b|No space left on device|os error 28\b|\b53100\b/i;

export function isDiskFull(error: unknown): boolean {
  for (let one = error; one !== undefined && one !== null; one = one instanceof Error ? one.cause : undefined) {
    const code = one instanceof Error && "code" in one ? ` ${String(one.code)}` : "";
    if (SIGNS.test(messageOf(one) + code)) return true;
  }
  return false;
}

/**
 * The error of a step that a full disk ended, in one sentence; any other error as it is. PostgreSQL that cannot write its
 * log of changes takes every connection down with it, and the client drops what is said at the end of a COPY: then the end
 * of the server's own log has to say why.
 */
export function asDiskFull(error: unknown, step: string, folder: string, serverLog = ""): unknown {
  if (!isDiskFull(error) && !(hidesItsCause(error) && SIGNS.test(serverLog))) return error;
  return new StackError(
    `the disk is full: step "${step}" could not be finished (it writes to ${folder})`,
    "free some space there and start again, what is half done is begun again; or let FRESHET_WORK_FOLDER name a folder " +
      "on another disk: with the samples the product takes about 2 GB",
    { cause: error },
  );
}

/** A server that went away, or refuses for the moment (57P01 to 57P03); a transaction that has failed already (25P02). */
function hidesItsCause(error: unknown): boolean {
  return /CONNECTION_(?:CLOSED|ENDED|DESTROYED)|ECONNRE(?:SET|FUSED)|\b57P0[123]\b|\b25P02\b|recovery mode/.test(
    messageOf(error) + (error instanceof Error && "code" in error ? ` ${String(error.code)}` : ""),
  );
}
