/**
 * What each memory of a cache hit is worth: the product against copies of it from which one memory was taken, in turns, by
 * processor time. `deno run -A bench/fast_path.ts [--rounds N] [--seconds N] [name=checkout ...]`: a checkout is measured as
 * it is, beside the copies; with `--only checkouts` no copies are made.
 */
import { copy, edit, type Variant } from "./fast_path/variants.ts";
import { MEMORIES } from "./fast_path/memories.ts";
import { measureRounds } from "./fast_path/measure.ts";
import { chooseRuntime } from "./serving/runtime.ts";
import { requireWrk } from "./serving/wrk.ts";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { writeReport } from "./fast_path/report.ts";

const project = fileURLToPath(new URL("../", import.meta.url));
const { values, positionals } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "9" },
    seconds: { type: "string", default: "1" },
    only: { type: "string" },
    deno: { type: "string", default: "deployed" },
  },
});
await requireWrk();
await chooseRuntime(values.deno === "tasks" ? "tasks" : "deployed");

const folder = await Deno.makeTempDir({ prefix: "freshet-fast-path-" });
try {
  const variants: Variant[] = [{ name: "as it is", folder: await copy(project, `${folder}/0`) }];
  for (const positional of positionals) {
    const [name = "", checkout = ""] = positional.split("=");
    variants.push({ name, folder: await copy(checkout, `${folder}/${variants.length}`) });
  }
  for (const { name, edits } of values.only === "checkouts" ? [] : MEMORIES) {
    const made = await copy(project, `${folder}/${variants.length}`);
    await edit(made, edits);
    variants.push({ name, folder: made });
  }
  const costs = await measureRounds(variants, { rounds: Number(values.rounds), seconds: Number(values.seconds) });
  console.log(writeReport(variants, costs));
} finally {
  await Deno.remove(folder, { recursive: true });
}
