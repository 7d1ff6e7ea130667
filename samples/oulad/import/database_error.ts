import postgres from "postgres";
import { OuladError } from "./oulad_error.ts";

const REMEDIES: Readonly<Record<string, string>> = {
  // The client drops what was said at the end of a COPY; the next statement fails with this.
  "25P02": "read the last lines of the server's log, they say what it refused: a full disk, perhaps",
  "42P01": "push the migrations to this database first",
  "42501": "connect as the role that pushed the migrations",
  "3D000": "name an existing database with --db-url, or start the local stack",
  "53100": "the disk of the database is full: free some space there and import again, nothing of this run was kept",
  CONNECTION_CLOSED: "see in its log why it ended, then import again: nothing of this run was kept",
  ECONNREFUSED: "start the local stack with deno task start, or name a database with --db-url",
  ENOTFOUND: "correct the host in --db-url or FRESHET_DATABASE_URL",
};

/** What the database or the way to it says, with a remedy where one is known; anything else stays as it is. */
export function asOuladError(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const remedy = REMEDIES[code];
  if (!(error instanceof Error) || remedy === undefined) return error;
  const kind = error instanceof postgres.PostgresError
    ? "The database refused the import"
    : "Cannot reach the database";
  return new OuladError(`${kind} [${code}]: ${error.message}`, remedy, { cause: error });
}
