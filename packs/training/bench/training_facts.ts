// deno task bench:training: what does an organisation's overview cost when the facts have grown tenfold? Two databases
// in one run, with 100,000 and 1,000,000 attempts of ten organisations, inserted in one statement. Exits 1 if computing
// the same figures from the facts costs less than ten times as much.
import { parseOptions } from "../../../bench/growth_options.ts";
import { type Measured, measureRounds } from "./training_facts/measure.ts";
import { asJson, asMarkdown, factsToViews, TARGET } from "./training_facts/report.ts";
import { makeStage, type Stage } from "./training_facts/stage.ts";

if (import.meta.main) {
  const options = parseOptions(Deno.args);
  const { measured, plans } = await run(options);
  const folder = new URL("./results/", import.meta.url);
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(new URL("training_facts.json", folder), asJson(measured, options));
  await Deno.writeTextFile(new URL("training_facts.md", folder), asMarkdown(measured, plans, options));
  console.log(asMarkdown(measured, plans, options));
  if (!(factsToViews(measured) >= TARGET)) Deno.exit(1);
}

async function run({ small, large, rounds }: ReturnType<typeof parseOptions>): Promise<{
  measured: Measured[];
  plans: { readonly title: string; readonly plan: string }[];
}> {
  const stages: Stage[] = [];
  try {
    for (const rows of [small, large]) {
      console.log(`inserting ${rows.toLocaleString("en")} attempts`);
      stages.push(await makeStage(rows));
    }
    const [left, right] = stages;
    if (left === undefined || right === undefined) throw new Error("a stage is missing");
    return { measured: await measureRounds({ small: left, large: right, rounds }), plans: await right.plans() };
  } finally {
    for (const stage of stages) await stage.stop();
  }
}
