import { relative } from "node:path";
import { fileURLToPath } from "node:url";

const projectFolder = fileURLToPath(new URL("../../", import.meta.url));

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
