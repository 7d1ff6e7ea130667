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

/** Null when help was asked for. @throws VerifyError for what was not understood. */
export function parseArguments(args: readonly string[]): Arguments | null {
  // `deno task verify x -- --dry-run` hands the two dashes on.
  const words = args.filter((word) => word !== "--");
  const views = words.filter((word, index) => !word.startsWith("-") && words[index - 1] !== "--rows");
  const known = ["--dry-run", "--rows", "--clean-up", "--allow-prod", "--json", "--help", "-h"];
  const unknown = words.find((word) => word.startsWith("-") && !known.includes(word));
  if (unknown !== undefined) throw new VerifyError(`"${unknown}" was not understood`, "see: deno task verify --help");
  if (words.includes("--help") || words.includes("-h")) return null;
  const [view, second] = views;
  if (view === undefined || second !== undefined) {
    throw new VerifyError(
      `One view is verified at a time, and ${views.length} were named`,
      "deno task verify analytics_heatmap_agg",
    );
  }
  if (words.includes("--dry-run") && words.includes("--clean-up")) {
    throw new VerifyError("--dry-run writes nothing and --clean-up deletes", "give one of them");
  }
  const mode = words.includes("--dry-run") ? "dry_run" : words.includes("--clean-up") ? "clean_up" : "full";
  const allowProd = words.includes("--allow-prod");
  return { view, mode, rows: rowsOf(words), allowProd, json: words.includes("--json") };
}

function rowsOf(words: readonly string[]): number {
  const at = words.indexOf("--rows");
  const given = at < 0 ? "20000" : words[at + 1] ?? "";
  if (/^[1-9]\d{2,6}$/.test(given)) return Number(given);
  throw new VerifyError(`"${given}" is no number of rows`, "give a whole number from 100 to 9999999");
}
