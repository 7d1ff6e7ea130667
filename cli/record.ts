import { createHash } from "node:crypto";
import { z } from "zod";
import { CliError } from "./cli_error.ts";

export const RECORD_PATH = "freshet/freshet.json";

export const PROFILES = ["audit", "core"] as const;
export type Profile = typeof PROFILES[number];

const hashes = z.record(z.string(), z.string());

const record = z.object({
  version: z.string(),
  profile: z.enum(PROFILES),
  /** Areas besides core and audit: identity, and packs. */
  with: z.array(z.string()),
  /** How the schema came to be exposed; see withSchema. */
  exposed: z.enum(["before", "entry", "list", "section"]),
  /** SHA-256 of what was written, by path. Kept as they are: a change is drift. */
  files: hashes,
  /** The same of files that are the project's to edit. */
  yours: hashes,
});

/** freshet/freshet.json of a project: what was put into it. */
export type Record = z.infer<typeof record>;

/** @throws CliError for a text that no version wrote */
export function readRecord(text: string): Record {
  const parsed = record.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new CliError(
    `${RECORD_PATH} is not readable: ${z.prettifyError(parsed.error)}`,
    "take it from your last commit",
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The error of a command that only the version of the project may run, or a newer one. */
export function otherVersion({ version }: Pick<Record, "version">, running: string, remedy: string): CliError {
  return new CliError(`the project has Freshet ${version}, and this is ${running}`, remedy);
}

export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
