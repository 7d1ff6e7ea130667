// deno task bench:exports: what does one call of the function `export` cost while a million rows are exported, through
// gateway, database and storage? Each call gets a process of its own, so that all it uses is seen, its start included.
// Exits 1 if a call needs more than a call may use, or if a file differs from the API's rows at its version.
import { parseOptions } from "./exports/options.ts";
import { casesOf, runCase } from "./exports/case.ts";
import { asJson, asMarkdown, misses } from "./exports/report.ts";
import { makeStage } from "./exports/stage.ts";

if (import.meta.main) {
  const options = parseOptions(Deno.args);
  const stage = await makeStage(options);
  const results = [];
  try {
    for (const one of casesOf(options)) {
      console.log(`${one.name}: ${new Date().toISOString()}`);
      results.push(await runCase(stage, one));
      console.log(asMarkdown(results.slice(-1), options));
    }
  } finally {
    await stage.stop();
  }
  if (options.is_complete) {
    const folder = new URL("./results/", import.meta.url);
    await Deno.writeTextFile(new URL("exports.json", folder), asJson(results, options));
    await Deno.writeTextFile(new URL("exports.md", folder), asMarkdown(results, options));
  }
  const missed = misses(results);
  if (missed.length > 0) {
    console.error(`Missed:\n${missed.join("\n")}`);
    Deno.exit(1);
  }
}
