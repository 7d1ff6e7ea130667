// deno task doctor: examines the scheduled jobs of any PostgreSQL with pg_cron. Reads only; says what is wrong and how to repair it.
import { parseArguments as stackArguments } from "../stack/arguments.ts";
import { isAlive, readState } from "../stack/state.ts";
import { databaseUrl, parseArguments, usage } from "./doctor/arguments.ts";
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
  const { remote, json, help } = parseArguments(args);
  if (help) {
    console.log(usage);
    return 0;
  }
  const examination = await examine(remote ?? await nearestDatabase());
  console.log(json ? JSON.stringify(examination, null, 2) : inWords(examination));
  return exitCode(examination);
}

async function nearestDatabase(): Promise<string> {
  const given = Deno.env.get("DATABASE_URL");
  if (given) return databaseUrl(given, "DATABASE_URL");
  const { workFolder } = stackArguments([], (name) => Deno.env.get(name));
  const state = await readState(workFolder);
  if (state?.database_url != null && await isAlive(state)) return state.database_url;
  throw new DoctorError(
    "there is no database to examine",
    "give one with --remote URL, or bring up the local stack: deno task start",
  );
}
