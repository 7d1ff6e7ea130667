import postgres from "postgres";
import { OuladError } from "./oulad_error.ts";

const REMEDIES: Readonly<Record<string, string>> = {
  "42P01": "push the migrations to this database first",
  "42501": "connect as the role that pushed the migrations",
  "3D000": "name an existing database, as DATABASE_URL or through a running local stack",
  ECONNREFUSED: "start the local stack with deno task start, or set DATABASE_URL",
  ENOTFOUND: "correct the host in DATABASE_URL",
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
