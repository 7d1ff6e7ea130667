/** How many rows to plant on each side, and how often to measure. */
export interface Options {
  readonly small: number;
  readonly large: number;
  readonly rounds: number;
}

/** Parses `--small N --large N --rounds N`; a smaller run is faster and less precise. */
export function parseOptions(args: readonly string[]): Options {
  const options: Record<keyof Options, number> = { small: 100_000, large: 1_000_000, rounds: 60 };
  for (let index = 0; index < args.length; index += 2) {
    const name = args[index]?.replace(/^--/, "");
    const value = Number(args[index + 1]);
    if (!isOption(name) || !Number.isInteger(value) || value < 10) {
      throw new Error(
        `"${args[index]} ${
          args[index + 1]
        }" was not understood: give --small, --large or --rounds and a number from 10`,
      );
    }
    options[name] = value;
  }
  return options;
}

function isOption(name: string | undefined): name is keyof Options {
  return name === "small" || name === "large" || name === "rounds";
}
