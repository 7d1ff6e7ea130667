// deno task bench:audit: does an audit pass cost more when the history has grown tenfold? Two databases side by side in one run,
// with 100,000 and 1,000,000 rows of history; exits 1 when the growth exponent of a pass is above its target.
import { type Measured, measureRounds } from "./audit_growth/measure.ts";
import { asJson, asMarkdown, TARGET } from "./audit_growth/report.ts";
import { makeStage } from "./audit_growth/stage.ts";
import { parseOptions } from "./growth_options.ts";

if (import.meta.main) {
  const options = parseOptions(Deno.args);
  const measured = await run(options);
  const folder = new URL("./results/", import.meta.url);
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(new URL("audit_growth.json", folder), asJson(measured, options));
  await Deno.writeTextFile(new URL("audit_growth.md", folder), asMarkdown(measured, options));
  console.log(asMarkdown(measured, options));
  const pass = measured.find(({ name }) => name === "audit pass");
  if (pass === undefined || pass.exponent > TARGET) Deno.exit(1);
}

async function run({ small, large, rounds }: ReturnType<typeof parseOptions>): Promise<Measured[]> {
  const stages = [];
  try {
    for (const rows of [small, large]) {
      console.log(`planting ${rows.toLocaleString("en")} rows of history`);
      stages.push(await makeStage(rows));
    }
    const [left, right] = stages;
    if (left === undefined || right === undefined) throw new Error("a stage is missing");
    return await measureRounds({ small: left, large: right, rounds });
  } finally {
    for (const stage of stages) await stage.stop();
  }
}
