// deno task test: installs the packages that the tests need, runs every suite, and ends with one line: N passed, N
// failed.
//
// A suite gets a database of its own, migrated by the real Supabase CLI, in FRESHET_TEST_DATABASE_URL (role postgres)
// and FRESHET_TEST_SUPERUSER_URL. `deno task test sql-15 oulad` runs the named suites only, and
// `deno task test tests/audit/odd_rows_test.ts` the named files; --filter=… is Deno's. With --proofs (`deno task
// test:proofs`) only files with random tests run, with their full counts, and bench/proofs/<suite>.json keeps the results;
// those of single files are kept with --as=<name>, in bench/proofs/<name>.json.
import { readCommandWords } from "../stack/command_words.ts";
import { installNpmParts } from "../stack/npm_parts.ts";
import { checkTypes } from "./test/check_types.ts";
import { installPackages } from "./test/install_packages.ts";
import { describeFailure } from "./test/junit_report.ts";
import { writeProofs } from "./test/proof_results.ts";
import { runSuite } from "./test/run_suite.ts";
import { sampleClusters } from "./test/sample_clusters.ts";
import { shareWork } from "./test/share_work.ts";
import { chooseSuites, isWhole, WORKERS } from "./test/suites.ts";

const started = Date.now();
const { flags, values, positionals, unknown } = readCommandWords(Deno.args, {
  flags: ["proofs"],
  values: ["filter", "as"],
});
const proofs = flags.has("proofs");
const filter = values.get("filter");
const chosen = chooseSuites(unknown === null ? positionals : [unknown, ...positionals], proofs)
  .map((suite) => filter === undefined ? suite : { ...suite, flags: [...suite.flags ?? [], `--filter=${filter}`] });
if (chosen.some((suite) => suite.database !== undefined || suite.needsPackages)) {
  await installPackages();
  await installNpmParts(console.log);
}

const clusters = sampleClusters(console.log);
/** The first worker shows its output as it comes, the others at the end of each suite. */
const [types, results] = await Promise.all([
  checkTypes(chosen),
  shareWork(chosen, WORKERS, (suite, worker) => runSuite(suite, { clusters, proofs, isQuiet: worker > 0 })),
]);
await clusters.remove();
const as = values.get("as");
// A part of a suite does not replace what is kept of the whole.
if (proofs && as !== undefined) await writeProofs(results.map((result) => ({ ...result, name: as })));
else if (proofs && chosen.every(isWhole)) await writeProofs(results);
const all = [types, ...results];

console.log("");
for (const { name, passed, failed, seconds } of all) {
  console.log(
    `${failed === 0 ? "ok    " : "FAILED"} ${name.padEnd(12)} ${passed} passed, ${failed} failed, ${seconds} s`,
  );
}
for (const failure of all.flatMap(({ failures }) => failures)) console.log(describeFailure(failure));
const passed = all.reduce((sum, result) => sum + result.passed, 0);
const failed = all.reduce((sum, result) => sum + result.failed, 0);
console.log(`All suites took ${Math.round((Date.now() - started) / 1000)} s`);
console.log(`${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 && passed > 0 ? 0 : 1);
