// deno task doctor: examines the scheduled jobs of any PostgreSQL with pg_cron. Read only; prints what is wrong and how
// to repair it.
import { parseArguments as stackArguments } from "../stack/arguments.ts";
import { isAlive, readState } from "../stack/state.ts";
import { databaseUrl, parseArguments, TASK, usage } from "./doctor/arguments.ts";
import { DoctorError } from "./doctor/doctor_error.ts";
import { examine } from "./doctor/examine.ts";
import { exitCode, inWords } from "./doctor/report.ts";

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    console.error(error instanceof DoctorError ? `✗ ${error.message}` : error);
    Deno.exit(4);
  }
}

async function main(args: readonly string[]): Promise<number> {
  const { dbUrl, json, help } = parseArguments(args);
  if (help) {
    console.log(usage(TASK));
    return 0;
  }
  const { url, source } = dbUrl === null ? await nearestDatabase() : { url: dbUrl, source: "--db-url" };
  const examination = await examine(url);
  console.log(json ? JSON.stringify(examination, null, 2) : inWords(examination, source));
  return exitCode(examination);
}

/** The database to examine. DATABASE_URL is not read: it may belong to another project of the user. */
async function nearestDatabase(): Promise<{ url: string; source: string }> {
  const variable = "FRESHET_DATABASE_URL";
  const given = Deno.env.get(variable);
  if (given) return { url: databaseUrl(given, variable), source: variable };
  const { workFolder } = stackArguments([], (name) => Deno.env.get(name));
  const state = await readState(workFolder);
  if (state?.database_url != null && await isAlive(state)) {
    return { url: state.database_url, source: "the local stack" };
  }
  throw new DoctorError(
    "there is no database to examine",
    "give one with --db-url URL or FRESHET_DATABASE_URL, or bring up the local stack: deno task start",
  );
}
