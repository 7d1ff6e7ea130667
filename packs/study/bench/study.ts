// deno task bench:study: what do the night and the reads of the study pack cost when the history has grown tenfold? Two
// databases in one run, with 100 and 1,000 days of the same learners. Exits 1 if the batch or a read grows with history,
// or a read takes longer than the documents say.
import { parseOptions } from "../../../bench/growth_options.ts";
import { type Measured, measureRounds } from "./study/measure.ts";
import { asJson, asMarkdown, misses } from "./study/report.ts";
import { makeStage, type Stage } from "./study/stage.ts";

if (import.meta.main) {
  const options = parseOptions(Deno.args);
  const measured = await run(options);
  const folder = new URL("./results/", import.meta.url);
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(new URL("study.json", folder), asJson(measured, options));
  await Deno.writeTextFile(new URL("study.md", folder), asMarkdown(measured, options));
  console.log(asMarkdown(measured, options));
  const missed = misses(measured);
  if (missed.length > 0) {
    console.error(`Missed:\n${missed.join("\n")}`);
    Deno.exit(1);
  }
}

async function run({ small, large, rounds }: ReturnType<typeof parseOptions>): Promise<Measured[]> {
  const stages: Stage[] = [];
  try {
    for (const events of [small, large]) {
      console.log(`planting ${events.toLocaleString("en")} events`);
      stages.push(await makeStage(events));
    }
    const [left, right] = stages;
    if (left === undefined || right === undefined) throw new Error("a stage is missing");
    return await measureRounds({ small: left, large: right, rounds });
  } finally {
    for (const stage of stages) await stage.stop();
  }
}
