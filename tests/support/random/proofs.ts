import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { commitOfProject } from "../../../tools/test/proof_results.ts";

const projectFolder = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * The number of tries of a random test: `sampled` in every test run, `full` in `deno task test:proofs`, which records
 * the count of each file.
 */
export function proofs(sampled: number, full: number): number {
  if (Deno.env.get("FRESHET_PROOFS") !== "full") return sampled;
  const notes = Deno.env.get("FRESHET_PROOFS_NOTES");
  if (notes !== undefined) {
    const file = relative(projectFolder, fileURLToPath(Deno.mainModule));
    Deno.writeTextFileSync(notes, `${JSON.stringify({ file, count: full })}\n`, { append: true });
  }
  return full;
}

/** Writes the figures of a proof to bench/proofs/<name>.json, in runs with full counts. */
export async function keepProof(name: string, figures: Readonly<Record<string, unknown>>): Promise<void> {
  if (Deno.env.get("FRESHET_PROOFS") !== "full") return;
  const result = { date: new Date().toISOString().slice(0, 10), commit: await commitOfProject(), ...figures };
  await Deno.writeTextFile(`${projectFolder}bench/proofs/${name}.json`, `${JSON.stringify(result, null, 2)}\n`);
}
