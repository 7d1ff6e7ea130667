// deno task bench:exports: what does one call of the function `export` cost while a million rows are exported, through
// gateway, database and storage? Each call gets a process of its own, so that all it uses is seen, its start included.
// Exits 1 if a call needs more than a call may use, or if a file differs from the API's rows at its version.
import { runCase } from "./exports/case.ts";
import { parseOptions } from "./exports/options.ts";
import { asMarkdown, type Measured, measuredOf, misses } from "./exports/report.ts";
import { makeStage } from "./exports/stage.ts";

const JSON_FILE = new URL("./results/exports.json", import.meta.url);
const PAGE = new URL("./results/exports.md", import.meta.url);

/** Each export is written down as soon as it was measured, in the place of its last time: a run takes long. */
async function keep(measured: Measured): Promise<void> {
  const known: readonly Measured[] = JSON.parse(await Deno.readTextFile(JSON_FILE));
  const all = known.filter(({ name }) => name !== measured.name).concat(measured)
    .toSorted((left, right) => left.name.localeCompare(right.name, "en"));
  await Deno.writeTextFile(JSON_FILE, `${JSON.stringify(all, null, 2)}\n`);
  await Deno.writeTextFile(PAGE, asMarkdown(all));
}

if (import.meta.main) {
  const options = parseOptions(Deno.args);
  const stage = await makeStage(options);
  const results: Measured[] = [];
  try {
    for (const one of options.cases) {
      console.log(`${one.name}: ${new Date().toISOString()}`);
      const measured = measuredOf(await runCase(stage, one), options.rows);
      results.push(measured);
      console.log(asMarkdown([measured]));
      if (options.is_kept) await keep(measured);
    }
  } finally {
    await stage.stop();
  }
  const missed = misses(results);
  if (missed.length > 0) {
    console.error(`Missed:\n${missed.join("\n")}`);
    Deno.exit(1);
  }
}
