import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ProofCount, SuiteResult } from "./suite_result.ts";

const projectFolder = fileURLToPath(new URL("../../", import.meta.url));

/** The lines that proofs() wrote during a suite. */
export function readCounts(notes: string): ProofCount[] {
  return notes.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** Writes each suite's last result, passed or not, to bench/proofs/<suite>.json. */
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

/** The commit, and whether there were uncommitted changes; unknown if the project was unpacked from an archive. */
export async function commitOfProject(): Promise<string> {
  const commit = await git("rev-parse", "--short=12", "HEAD");
  const changes = await git("status", "--porcelain", "--", ".", ":!bench/proofs");
  if (commit === null || changes === null) return "unknown";
  return changes === "" ? commit : `${commit}, with changes`;
}

async function git(...args: string[]): Promise<string | null> {
  try {
    const { success, stdout } = await new Deno.Command("git", { args, cwd: projectFolder, stderr: "null" }).output();
    return success ? new TextDecoder().decode(stdout).trim() : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
