import { join } from "node:path";
import { readCommandWords } from "./command_words.ts";
import { isAlive, readState } from "./state.ts";
import { OuladError } from "../samples/oulad/import/oulad_error.ts";

/** The arguments of the command line. */
export interface Chosen {
  readonly folder: string;
  readonly dbUrl: string | null;
}

export function parseArguments(args: readonly string[]): Chosen {
  const { values, positionals, unknown } = readCommandWords(args, { values: ["db-url"] });
  const [folder, ...others] = positionals;
  if (folder === undefined || others.length > 0 || unknown !== null) {
    // The word after a mistyped option may be a URL with a password: addresses are not repeated.
    const words = unknown === null ? positionals : [unknown, ...positionals];
    const said = words.map((word) => word.includes("://") ? "an address" : `"${word}"`).join(", ");
    throw new OuladError(
      `The import takes the folder of the sample and nothing else; it was given ${said || "none"}`,
      "deno task import:oulad samples/oulad [--db-url URL]",
    );
  }
  const dbUrl = values.get("db-url");
  return { folder, dbUrl: dbUrl === undefined ? null : checked(dbUrl, "--db-url") };
}

/** FRESHET_DATABASE_URL, or else the database of the local stack that runs in this folder. DATABASE_URL is another project's. */
export async function nearestDatabase(): Promise<string> {
  const given = Deno.env.get("FRESHET_DATABASE_URL");
  if (given) return checked(given, "FRESHET_DATABASE_URL");
  const stack = await readState(Deno.env.get("FRESHET_WORK_FOLDER") ?? join(Deno.cwd(), ".freshet"));
  if (stack?.database_url && await isAlive(stack)) return stack.database_url;
  throw new OuladError(
    "There is no database to import into: neither --db-url nor FRESHET_DATABASE_URL names one, and no local stack runs " +
      "in this folder",
    "start the local stack with deno task start, or name a database with --db-url URL",
  );
}

/** Without repeating it: it may hold a password. */
function checked(text: string, source: string): string {
  if (URL.canParse(text) && /^postgres(?:ql)?:$/.test(new URL(text).protocol)) return text;
  throw new OuladError(`${source} is no database URL`, "write it as postgresql://user:password@host:5432/postgres");
}
