import { parseArgs } from "node:util";

export const SEVERITIES = ["fatal", "error", "warning", "info"] as const;

/** A kind of trouble that does not exist yet. */
export interface NewKind {
  readonly kind: string;
  readonly severity: typeof SEVERITIES[number];
}

const USAGE =
  "Usage: deno task new:kind <kind> [--severity fatal|error|warning|info], like: deno task new:kind slow_refresh --severity error";

/** @throws Error that says which word does not do, and what would */
export function parseNewKind(args: readonly string[]): NewKind {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    strict: false,
    options: { severity: { type: "string", default: "warning" } },
  });
  const unknown = Object.keys(values).find((name) => name !== "severity");
  if (unknown !== undefined) throw new Error(`"--${unknown}" was not understood. ${USAGE}`);
  const [kind, more] = positionals;
  if (kind === undefined || more !== undefined) throw new Error(USAGE);
  if (!/^[a-z]+(?:_[a-z]+)*$/.test(kind) || kind.length > 40) {
    throw new Error(
      `Kind "${kind}" must be lower case words joined by underscores, without digits, at most 40 characters, like slow_refresh`,
    );
  }
  const severity = SEVERITIES.find((one) => one === values.severity);
  if (severity === undefined) {
    throw new Error(`Severity "${values.severity}" is none of ${SEVERITIES.join(", ")}`);
  }
  return { kind, severity };
}
