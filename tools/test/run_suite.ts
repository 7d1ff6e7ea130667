import type { Suite } from "./suites.ts";
import { makeTestDatabase, type TestDatabase } from "./test_database.ts";
import { countResults } from "./junit_counts.ts";

export interface SuiteResult {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly seconds: number;
}

/** Runs one suite in a process of its own. Surroundings that do not come up count as one failure. */
export async function runSuite(suite: Suite): Promise<SuiteResult> {
  const started = Date.now();
  let database: TestDatabase | undefined;
  try {
    if (suite.database !== undefined) {
      database = await makeTestDatabase(suite.database, { pgtap: suite.pgtap === true });
    }
    const counts = await runTests(suite, database);
    return { name: suite.name, ...counts, seconds: Math.round((Date.now() - started) / 1000) };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return { name: suite.name, passed: 0, failed: 1, seconds: Math.round((Date.now() - started) / 1000) };
  } finally {
    await database?.stop();
  }
}

async function runTests(suite: Suite, database: TestDatabase | undefined): Promise<{ passed: number; failed: number }> {
  const report = await Deno.makeTempFile({ prefix: "freshet-junit-", suffix: ".xml" });
  try {
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", "--no-prompt", `--junit-path=${report}`, ...(suite.flags ?? []), ...suite.paths],
      env: database === undefined ? {} : {
        FRESHET_TEST_DATABASE_URL: database.url,
        FRESHET_TEST_SUPERUSER_URL: database.superuserUrl,
        FRESHET_TEST_CRON: database.cron,
      },
      stdout: "inherit",
      stderr: "inherit",
    }).output();
    const counts = countResults(await Deno.readTextFile(report));
    // A module that does not load, a leak, a suite without tests: Deno fails without a failed test case.
    return !success && counts.failed === 0 ? { passed: counts.passed, failed: 1 } : counts;
  } finally {
    await Deno.remove(report);
  }
}
