import type { Package } from "./package_files.ts";

/** Where a command runs. */
export interface Place {
  /** The folder that holds supabase/. */
  readonly folder: string;
  readonly source: Package;
  readonly now: Date;
  readonly say: (line: string) => void;
}

export interface Command {
  /** One line for the list of commands. */
  readonly what: string;
  /** Its lines of --help. */
  readonly help: string;
  /** Its exit code. */
  run(args: readonly string[], place: Place): Promise<number>;
}
