// deno task test: installs what the tests need, runs every suite, and closes with one line: N passed, N failed.
//
// A suite gets a database of its own, migrated by the real Supabase CLI, in FRESHET_TEST_DATABASE_URL (role postgres)
// and FRESHET_TEST_SUPERUSER_URL. `deno task test sql oulad` runs the named suites only.
import { installPackages } from "./test/install_packages.ts";
import { runSuite, type SuiteResult } from "./test/run_suite.ts";
import { chooseSuites } from "./test/suites.ts";

const chosen = chooseSuites(Deno.args);
const results: SuiteResult[] = [];
const started = Date.now();

if (chosen.some((suite) => suite.database !== undefined || suite.needsPackages)) await installPackages();
for (const suite of chosen) {
  console.log(`\n── ${suite.name}: ${suite.what}`);
  results.push(await runSuite(suite));
}

console.log("");
for (const result of results) {
  const verdict = result.failed === 0 ? "ok" : "FAILED";
  console.log(
    `${verdict.padEnd(6)} ${
      result.name.padEnd(14)
    } ${result.passed} passed, ${result.failed} failed, ${result.seconds} s`,
  );
}
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failed = results.reduce((sum, result) => sum + result.failed, 0);
console.log(`All suites took ${Math.round((Date.now() - started) / 1000)} s`);
console.log(`${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 && passed > 0 ? 0 : 1);
