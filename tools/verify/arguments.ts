import { readCommandWords } from "../../stack/command_words.ts";
import { VerifyError } from "./verify_error.ts";

export const usage = `Verify a view against a running project

  deno task verify:analytics:heatmap -- --dry-run   checks access and schema, writes nothing
  deno task verify:analytics:heatmap                writes synthetic rows, refreshes, measures, removes them
  deno task verify <view> [options]                 the same for any view

Options
  --dry-run     write nothing
  --rows N      how many synthetic rows (20000)
  --clean-up    only remove what a killed run left
  --allow-prod  on a host that is neither this machine nor in FRESHET_VERIFY_STAGING_HOSTS; asks for confirmation
  --json        print the measurements as one JSON object

Environment, or .env, or else the local stack that runs in this folder
  SUPABASE_URL, SUPABASE_SECRET_KEY, SUPABASE_PUBLISHABLE_KEY
  FRESHET_VERIFY_STAGING_HOSTS   host names that are no production, separated by commas`;

export type Mode = "dry_run" | "full" | "clean_up";

export interface Arguments {
  readonly view: string;
  readonly mode: Mode;
  readonly rows: number;
  readonly allowProd: boolean;
  readonly json: boolean;
}

/** Null if --help was given. @throws VerifyError for unknown or invalid arguments. */
export function parseArguments(args: readonly string[]): Arguments | null {
  const { values, flags, positionals: views, unknown } = readCommandWords(args, {
    values: ["rows"],
    flags: ["dry-run", "clean-up", "allow-prod", "json", "help"],
  });
  if (unknown !== null) throw new VerifyError(`"${unknown}" was not understood`, "see: deno task verify --help");
  if (flags.has("help")) return null;
  const [view, second] = views;
  if (view === undefined || second !== undefined) {
    throw new VerifyError(
      `One view is verified at a time, and ${views.length} were named`,
      "deno task verify <view>, once for each",
    );
  }
  if (flags.has("dry-run") && flags.has("clean-up")) {
    throw new VerifyError("--dry-run writes nothing and --clean-up deletes", "give one of them");
  }
  const mode = flags.has("dry-run") ? "dry_run" : flags.has("clean-up") ? "clean_up" : "full";
  const rows = rowsOf(values.get("rows") ?? "20000");
  return { view, mode, rows, allowProd: flags.has("allow-prod"), json: flags.has("json") };
}

function rowsOf(given: string): number {
  if (/^[1-9]\d{2,6}$/.test(given)) return Number(given);
  throw new VerifyError(`"${given}" is no number of rows`, "give a whole number from 100 to 9999999");
}
