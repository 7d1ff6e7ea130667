// deno task bench:audit: does an audit pass cost more when the history has grown tenfold? Two databases side by side in
// one run, with 100,000 and 1,000,000 rows of history; then one with 500 jobs. Exits 1 if a pass misses one of its
// targets.
import { type Measured, measureManyJobs, measureRounds } from "./audit_growth/measure.ts";
import { asJson, asMarkdown, MANY_JOBS, MANY_JOBS_TARGET_MS, TARGET } from "./audit_growth/report.ts";
import { makeStage } from "./audit_growth/stage.ts";
import { parseOptions } from "./growth_options.ts";
import { quantile } from "./quantiles.ts";

if (import.meta.main) {
  const options = parseOptions(Deno.args);
  const measured = await run(options);
  const manyJobs = await runManyJobs(options);
  const folder = new URL("./results/", import.meta.url);
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(new URL("audit_growth.json", folder), asJson(measured, manyJobs, options));
  await Deno.writeTextFile(new URL("audit_growth.md", folder), asMarkdown(measured, manyJobs, options));
  console.log(asMarkdown(measured, manyJobs, options));
  const pass = measured.find(({ name }) => name === "audit pass");
  if (pass === undefined || pass.exponent > TARGET || quantile(manyJobs, 0.5) > MANY_JOBS_TARGET_MS) Deno.exit(1);
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

async function runManyJobs({ small, rounds }: ReturnType<typeof parseOptions>): Promise<number[]> {
  console.log(`planting ${MANY_JOBS} jobs`);
  const stage = await makeStage(small, MANY_JOBS);
  try {
    return await measureManyJobs(stage, { jobs: MANY_JOBS, rounds });
  } finally {
    await stage.stop();
  }
}
