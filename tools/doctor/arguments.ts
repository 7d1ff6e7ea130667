import { readCommandWords } from "../../stack/command_words.ts";
import { DoctorError } from "./doctor_error.ts";

/** How the doctor is called, and which database it takes when none is named. */
export interface DoctorCommand {
  readonly name: string;
  readonly otherwise: string;
}

export const TASK: DoctorCommand = {
  name: "deno task doctor",
  otherwise: "FRESHET_DATABASE_URL, and without that the running local stack",
};

export const usage = ({ name, otherwise }: DoctorCommand) =>
  `Examines the scheduled jobs of a PostgreSQL with pg_cron; changes nothing.

  ${name} [--db-url URL] [--json]

  --db-url URL  the database to examine; without it ${otherwise}
  --json        one JSON object instead of a table

Exit code: 0 nothing but notes, 1 warnings, 2 errors, 3 fatal findings, 4 it could not be examined, or not all of it`;

export interface Arguments {
  readonly dbUrl: string | null;
  readonly json: boolean;
  readonly help: boolean;
}

export function parseArguments(args: readonly string[], { name }: DoctorCommand = TASK): Arguments {
  const { values, flags, positionals, unknown } = readCommandWords(args, {
    values: ["db-url", "remote"],
    flags: ["json", "help"],
  });
  if (values.has("remote")) throw new DoctorError("--remote is called --db-url", `${name} --db-url URL`);
  // The arguments are not repeated: behind a mistyped option there may be a URL with a password.
  if (unknown !== null || positionals.length > 0) {
    throw new DoctorError("an argument was not understood", `see: ${name} --help`);
  }
  const address = values.get("db-url");
  const dbUrl = address === undefined ? null : databaseUrl(address, "--db-url");
  return { dbUrl, json: flags.has("json"), help: flags.has("help") };
}

/** Validates a database URL. The error does not repeat the URL, which may hold a password. */
export function databaseUrl(text: string, source: string): string {
  const is_known = URL.canParse(text) && ["postgres:", "postgresql:"].includes(new URL(text).protocol);
  if (is_known) return text;
  throw new DoctorError(
    `${source} is no database URL`,
    "write it as postgresql://user:password@host:5432/postgres, with special characters of the password percent-encoded",
  );
}
