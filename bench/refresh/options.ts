export interface Options {
  /** Rows of each source; a tenth of them stands beside it for the growth exponent. */
  readonly rows: number;
  readonly rounds: number;
  /** Seconds of a measurement with writers or readers. */
  readonly seconds: number;
}

/** With fewer rows a run shows its figures, and keeps and judges none. */
export const KEPT_FROM = 1_000_000;

const DEFAULTS: Options = { rows: KEPT_FROM, rounds: 7, seconds: 3 };
/** A tenth of the rows is still a group for each organisation and week. */
const LEAST_ROWS = 52_000;

/** Parses `--rows N --rounds N --seconds N`. */
export function parseOptions(args: readonly string[]): Options {
  const options: Record<keyof Options, number> = { ...DEFAULTS };
  for (let index = 0; index < args.length; index += 2) {
    const name = args[index]?.replace(/^--/, "");
    const value = Number(args[index + 1]);
    if (!isOption(name) || !Number.isInteger(value) || value < 1) {
      throw new Error(
        `"${args[index]} ${args[index + 1]}" was not understood: give --rows, --rounds or --seconds and a whole number`,
      );
    }
    options[name] = value;
  }
  if (options.rows < LEAST_ROWS) throw new Error(`--rows ${options.rows} is too few: at least ${LEAST_ROWS}`);
  return options;
}

function isOption(name: string | undefined): name is keyof Options {
  return name !== undefined && name in DEFAULTS;
}
