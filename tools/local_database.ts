import { join } from "node:path";
import { isAlive, readState } from "../stack/state.ts";
import { projectFolder } from "./pack_folders.ts";

type GetVariable = (name: string) => string | undefined;

/**
 * The address of the database to look at: --db-url, else FRESHET_DATABASE_URL, else the database of the local product that
 * runs. DATABASE_URL is not read: it may belong to another project of the user.
 *
 * @throws Error where there is none, or where the given one is no address; the address is not repeated, it may hold a password
 */
export async function localDatabaseUrl(
  given: string | null,
  variable: GetVariable = (name) => Deno.env.get(name),
): Promise<string> {
  if (given !== null) return checked(given, "--db-url");
  const named = variable("FRESHET_DATABASE_URL");
  if (named) return checked(named, "FRESHET_DATABASE_URL");
  const state = await readState(variable("FRESHET_WORK_FOLDER") || join(projectFolder, ".freshet"));
  if (state?.database_url != null && await isAlive(state)) return state.database_url;
  throw new Error(
    "There is no database to ask: the local product does not run, and neither --db-url nor FRESHET_DATABASE_URL names one: " +
      "deno task start, or give --db-url URL",
  );
}

function checked(text: string, source: string): string {
  if (URL.canParse(text) && /^postgres(?:ql)?:$/.test(new URL(text).protocol)) return text;
  throw new Error(`${source} is no database URL: write it as postgresql://user:password@host:5432/postgres`);
}
