import { readCommandWords } from "../../../../stack/command_words.ts";
import { MetabaseError } from "./metabase_error.ts";

export const usage = `Load the questions of packs/training/bi/metabase and their dashboards into Metabase

  deno task bi:metabase --url https://metabase.example.com   makes or updates them

Options
  --database NAME      as Metabase calls the connection of reporting_user; the only PostgreSQL unless given
  --organisation ID    what the dashboards' organisation is at first
  --collection NAME    where they go (Freshet training)

Environment
  METABASE_API_KEY     of Admin, Settings, Authentication, API keys; in a group that may write SQL and edit the collection

What is there already is found by its name in the collection, and updated. Cards that were moved stay where they are, and so
does everything else on the dashboards.`;

export interface Arguments {
  readonly url: string;
  readonly database: string | null;
  readonly organisation: string | null;
  readonly collection: string;
}

const OPTIONS = ["url", "database", "organisation", "collection"];
const ID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Null if --help was given. @throws MetabaseError for unknown or invalid arguments. */
export function parseArguments(args: readonly string[]): Arguments | null {
  const { values: given, flags, positionals, unknown } = readCommandWords(args, { values: OPTIONS, flags: ["help"] });
  if (flags.has("help")) return null;
  const misunderstood = unknown ?? positionals[0];
  if (misunderstood !== undefined) throw refusal(`"${misunderstood}" was not understood`);
  for (const [option, value] of given) if (value === "") throw refusal(`--${option} has no value`);
  const url = given.get("url");
  if (url === undefined) throw refusal("--url is missing");
  if (!/^https?:\/\/[^/?#@\s]+(?:\/[^?#@\s]*)?$/.test(url)) {
    throw new MetabaseError(`"${url}" is no address of Metabase`, "give it as --url https://metabase.example.com");
  }
  const organisation = given.get("organisation") ?? null;
  if (organisation !== null && !ID.test(organisation)) {
    throw new MetabaseError(
      `"${organisation}" is no id of an organisation`,
      "select org_id, name from analytics.dim_orgs",
    );
  }
  return {
    url: url.replace(/\/+$/, ""),
    database: given.get("database") ?? null,
    organisation,
    collection: given.get("collection") ?? "Freshet training",
  };
}

function refusal(what: string): MetabaseError {
  return new MetabaseError(what, "see: deno task bi:metabase --help");
}
