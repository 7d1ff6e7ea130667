import { readCommandWords } from "../../stack/command_words.ts";

export const SEVERITIES = ["fatal", "error", "warning", "info"] as const;

/** The name and severity of a new kind of trouble. */
export interface NewKind {
  readonly kind: string;
  readonly severity: typeof SEVERITIES[number];
}

const USAGE =
  "Usage: deno task new:kind <kind> [--severity fatal|error|warning|info], like: deno task new:kind slow_refresh --severity error";

/** @throws Error that names the invalid word and shows a valid one */
export function parseNewKind(args: readonly string[]): NewKind {
  const { values, positionals, unknown } = readCommandWords(args, { values: ["severity"] });
  if (unknown !== null) throw new Error(`"${unknown}" was not understood. ${USAGE}`);
  const [kind, more] = positionals;
  if (kind === undefined || more !== undefined) throw new Error(USAGE);
  if (!/^[a-z]+(?:_[a-z]+)*$/.test(kind) || kind.length > 40) {
    throw new Error(
      `Kind "${kind}" must be lower case words joined by underscores, without digits, at most 40 characters, like slow_refresh`,
    );
  }
  const given = values.get("severity") ?? "warning";
  const severity = SEVERITIES.find((one) => one === given);
  if (severity === undefined) {
    throw new Error(`Severity "${given}" is none of ${SEVERITIES.join(", ")}`);
  }
  return { kind, severity };
}
