// deno run -A bench/surviving_answers.ts: which share of the cached answers of 200 organisations survives a write to 1, 5 and
// 20 % of them, by the read path as it is over a real database. The draws are the same in every run. Exits 1 if an answer is
// wrong, or fewer survive than must.
import { measure, type Measured, SHARES } from "./surviving_answers/measure.ts";
import { asJson, asMarkdown, isReached } from "./surviving_answers/report.ts";
import { makeStage } from "./surviving_answers/stage.ts";

const ORGANISATIONS = 200;
const ROUNDS = 20;

/** Measures with 256 and with 1,024 buckets. */
async function measureAll(): Promise<Measured[]> {
  const stage = await makeStage(ORGANISATIONS);
  try {
    const measured: Measured[] = [];
    for (const buckets of [256, 1_024]) {
      for (const changed of SHARES) measured.push(await measure(stage, { buckets, changed, rounds: ROUNDS }));
    }
    return measured;
  } finally {
    await stage.stop();
  }
}

/** Measures, prints and keeps the results. Answers whether every share is reached and no answer is wrong. */
export async function keepAll(): Promise<boolean> {
  const measured = await measureAll();
  const folder = new URL("./results/", import.meta.url);
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(new URL("surviving_answers.json", folder), asJson(measured, ORGANISATIONS));
  await Deno.writeTextFile(new URL("surviving_answers.md", folder), asMarkdown(measured, ORGANISATIONS));
  console.log(asMarkdown(measured, ORGANISATIONS));
  return measured.every(isReached);
}

if (import.meta.main && !await keepAll()) Deno.exit(1);
