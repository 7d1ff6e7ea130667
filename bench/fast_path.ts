/**
 * What each memory of a cache hit is worth: the product against copies of it from which one memory was taken, in turns, by
 * processor time. `deno run -A bench/fast_path.ts [--rounds N] [--seconds N] [--only NAME] [--way handler] [name=checkout ...]`: checkouts are
 * measured as they are, beside the copies; `--only checkouts` makes no copies, and any other word only those whose name has it.
 */
import { copy, edit, type Variant } from "./fast_path/variants.ts";
import { MEMORIES } from "./fast_path/memories.ts";
import { measureRounds, WAYS } from "./fast_path/measure.ts";
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
    way: { type: "string" },
    deno: { type: "string", default: "deployed" },
  },
});
await requireWrk();
await chooseRuntime(values.deno === "tasks" ? "tasks" : "deployed");

const ways = WAYS.filter((way) => values.way === undefined || way === values.way);
const folder = await Deno.makeTempDir({ prefix: "freshet-fast-path-" });
try {
  const variants: Variant[] = [{ name: "as it is", folder: await copy(project, `${folder}/0`) }];
  if (values.only === undefined) {
    variants.push({ name: "nothing (how exact this is)", folder: await copy(project, `${folder}/${variants.length}`) });
  }
  for (const positional of positionals) {
    const [name = "", checkout = ""] = positional.split("=");
    variants.push({ name, folder: await copy(checkout, `${folder}/${variants.length}`) });
  }
  for (const { name, edits } of MEMORIES.filter(({ name }) => name.includes(values.only ?? ""))) {
    const made = await copy(project, `${folder}/${variants.length}`);
    await edit(made, edits);
    variants.push({ name, folder: made });
  }
  const pairs = await measureRounds(variants, { rounds: Number(values.rounds), seconds: Number(values.seconds), ways });
  console.log(writeReport(variants, pairs, ways));
} finally {
  await Deno.remove(folder, { recursive: true });
}
