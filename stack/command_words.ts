import { parseArgs } from "node:util";

/** Options of a command by their names without dashes. */
export interface Options {
  /** Take a value, behind a space or an equals sign. */
  readonly values?: readonly string[];
  /** Take none. `help` is -h as well. */
  readonly flags?: readonly string[];
}

/** A command line, taken apart. */
export interface CommandWords {
  /** An option that was given without its value has the empty one. */
  readonly values: ReadonlyMap<string, string>;
  readonly flags: ReadonlySet<string>;
  readonly positionals: readonly string[];
  /** The first word that looks like an option and is none of the command's, as it was given: it may hold a password. */
  readonly unknown: string | null;
}

/** Reads a command line with node:util's parser. Nothing throws here: each command has its own error messages. */
export function readCommandWords(args: readonly string[], { values = [], flags = [] }: Options): CommandWords {
  // `deno task verify x -- --dry-run` hands the two dashes on.
  const words = args.filter((word) => word !== "--");
  const { tokens, positionals } = parseArgs({
    args: words,
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: {
      ...Object.fromEntries(values.map((name) => [name, { type: "string" as const }])),
      ...Object.fromEntries(flags.map((name) => [name, { type: "boolean" as const }])),
      ...(flags.includes("help") ? { help: { type: "boolean" as const, short: "h" } } : {}),
    },
  });
  const given = new Map<string, string>();
  const set = new Set<string>();
  let unknown: string | null = null;
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const { name, value, inlineValue, index } = token;
    if (values.includes(name)) {
      // A value that looks like an option is one, mistyped.
      if (value?.startsWith("-") && !inlineValue) unknown ??= value;
      given.set(name, value ?? "");
    } else if (flags.includes(name) && value === undefined) {
      set.add(name);
    } else {
      unknown ??= words[index] ?? token.rawName;
    }
  }
  return { values: given, flags: set, positionals, unknown };
}
