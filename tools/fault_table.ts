/**
 * Writes bench/results/faults.md: every fault that the product is tested with, and its last counts from bench/proofs.
 * `--check` writes nothing and fails if the page is not current.
 */
import { faultPage, faultProof } from "./proofs/fault_page.ts";
import { keepCurrent } from "./generated_file.ts";

const folder = new URL("../bench/proofs/", import.meta.url);
const names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.endsWith("_faults.json"));
const proofs = names.sort().map((name) => faultProof(name, Deno.readTextFileSync(new URL(name, folder))));

const is_current = await keepCurrent({
  file: new URL("../bench/results/faults.md", import.meta.url),
  content: faultPage(proofs),
  check: Deno.args.includes("--check"),
  remedy: "deno task generate",
});
Deno.exit(is_current ? 0 : 1);
