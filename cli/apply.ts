import process from "node:process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline/promises";
import { CliError } from "./cli_error.ts";
import type { PlannedFile } from "./plan.ts";

/** Does what was planned. A file that is added is never written over one that came meanwhile. */
export async function apply(folder: string, files: readonly PlannedFile[]): Promise<void> {
  for (const { path, action, text } of files) {
    const file = join(folder, path);
    if (text === null) {
      await rm(file);
      continue;
    }
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { flag: action === "add" ? "wx" : "w" });
  }
}

/** @throws CliError where nobody can be asked */
export async function agreed(question: string, is_agreed: boolean): Promise<boolean> {
  if (is_agreed) return true;
  if (process.stdin.isTTY !== true) {
    throw new CliError("nobody is here to agree", "say --yes, or look first: --dry-run");
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(?:es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
