import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { commitOfProject } from "../../../tools/test/proof_results.ts";

const projectFolder = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * How often a random test tries: a sample in every run of the tests, the whole count in `deno task test:proofs`, which
 * notes what each file was asked for.
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

/** Keeps the figures of a proof in bench/proofs/<name>.json, when the whole count was asked for. */
export async function keepProof(name: string, figures: Readonly<Record<string, unknown>>): Promise<void> {
  if (Deno.env.get("FRESHET_PROOFS") !== "full") return;
  const result = { date: new Date().toISOString().slice(0, 10), commit: await commitOfProject(), ...figures };
  await Deno.writeTextFile(`${projectFolder}bench/proofs/${name}.json`, `${JSON.stringify(result, null, 2)}\n`);
}
