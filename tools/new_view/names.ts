import { readCommandWords } from "../../stack/command_words.ts";

/** The names that a new view's two files are made from. */
export interface NewView {
  readonly pack: string;
  readonly view: string;
  /** As in the URL: first-wins. */
  readonly resource: string;
  /** As the file: first_wins. */
  readonly stem: string;
  /** As the constant: firstWins. */
  readonly constant: string;
}

/** What is asked for on the command line. */
export interface Wanted extends NewView {
  /** The table that the view reads, as PostgreSQL takes its name: public.orders. */
  readonly from: string;
  /** Columns of it, where the first that does is not the one that is meant: to group by, to take days of, to average. */
  readonly by: string | null;
  readonly at: string | null;
  readonly of: string | null;
  /** Whether its cost follows the change: docs/add-a-view.md#large-views. */
  readonly is_incremental: boolean;
  /** Of the database; null: the local product's. */
  readonly database_url: string | null;
}

const USAGE =
  "Usage: deno task new:view <pack> <view> <resource> --from <table> [--by column] [--at column] [--of column] " +
  "[--incremental] [--db-url URL], like: deno task new:view acme mv_order_days order-days --from public.orders";

/** @throws Error that says which name is invalid, and what is valid. */
export function parseWanted(given: readonly string[]): Wanted {
  const { positionals, values, flags, unknown } = readCommandWords(given, {
    values: ["from", "by", "at", "of", "db-url"],
    flags: ["incremental"],
  });
  must(unknown === null, `"${unknown?.includes("://") ? "an address" : unknown}" was not understood. ${USAGE}`);
  const names = parseNewView(positionals);
  const from = values.get("from") ?? "";
  must(from !== "", `Which table does "${names.view}" read? Name it: --from public.orders. ${USAGE}`);
  const column = (name: string): string | null => values.get(name) ?? null;
  return {
    ...names,
    from,
    by: column("by"),
    at: column("at"),
    of: column("of"),
    is_incremental: flags.has("incremental"),
    database_url: column("db-url"),
  };
}

/** @throws Error that says which name is invalid, and what is valid. */
export function parseNewView(given: readonly string[]): NewView {
  const [pack, view, resource] = given;
  if (pack === undefined || view === undefined || resource === undefined || given.length > 3) throw new Error(USAGE);
  must(
    /^[a-z][a-z0-9_]{0,30}$/.test(pack),
    `Pack "${pack}" must be lower case letters, digits and underscores, like acme`,
  );
  must(
    /^mv_[a-z0-9]+(?:_[a-z0-9]+)*$/.test(view) && view.length <= 50,
    `View "${view}" must be mv_ and lower case words joined by underscores, at most 50 characters, like mv_order_days`,
  );
  must(
    !/_(?:v\d+|new|final|old|tmp)$/.test(view),
    `View "${view}" must be named for its reason: a changed view gets a name that says what changed`,
  );
  must(
    /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(resource) && resource.length <= 50,
    `Resource "${resource}" must be lower case words joined by hyphens, like lane-streaks`,
  );
  const stem = resource.replaceAll("-", "_");
  const constant = stem.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  must(!RESERVED.has(constant), `Resource "${resource}" would be a reserved word in TypeScript: choose another`);
  return { pack, view, resource, stem, constant };
}

const RESERVED = new Set(["default", "delete", "export", "function", "import", "new", "return", "switch", "with"]);

function must(holds: boolean, fault: string): void {
  if (!holds) throw new Error(fault);
}
