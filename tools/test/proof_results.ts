import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SuiteResult } from "./run_suite.ts";

const projectFolder = fileURLToPath(new URL("../../", import.meta.url));

/** What a file's random test tried. */
export interface ProofCount {
  readonly file: string;
  readonly count: number;
}

/** The lines that proofs() wrote during a suite. */
export function readCounts(notes: string): ProofCount[] {
  return notes.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** Keeps the last result of each suite, passed or not: bench/proofs/<suite>.json. */
export async function writeProofs(results: readonly SuiteResult[], folder = join(projectFolder, "bench/proofs")) {
  const commit = await commitOfProject();
  await Deno.mkdir(folder, { recursive: true });
  for (const { name, passed, failed, seconds, counts } of results) {
    const result = {
      suite: name,
      date: new Date().toISOString().slice(0, 10),
      commit,
      passed,
      failed,
      seconds,
      counts,
    };
    await Deno.writeTextFile(join(folder, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`);
  }
}

/** The commit, and whether what ran was more than that. */
async function commitOfProject(): Promise<string> {
  const changed = await git("status", "--porcelain", "--", ".", ":!bench/proofs");
  return `${await git("rev-parse", "--short=12", "HEAD")}${changed === "" ? "" : ", with changes"}`;
}

async function git(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("git", { args, cwd: projectFolder }).output();
  if (!success) throw new Error(`git ${args.join(" ")} failed: ${new TextDecoder().decode(stderr).trim()}`);
  return new TextDecoder().decode(stdout).trim();
}
