import { stripVTControlCharacters } from "node:util";
import { messageOf } from "../../stack/stack_error.ts";
import { spread } from "../pack_folders.ts";
import { checksItself } from "./check_types.ts";
import type { Suite } from "./suites.ts";
import { makeTestDatabase, type TestDatabase } from "./test_database.ts";
import { BROWSER, installPackages } from "./install_packages.ts";
import { countResults, type Failure, readFailures } from "./junit_report.ts";
import { proofFiles } from "./proof_files.ts";
import { readCounts } from "./proof_results.ts";
import type { ProofCount, SuiteResult } from "./suite_result.ts";
import { clusterIn, type SampleClusters } from "./sample_clusters.ts";

/** State that the suites of one run share. */
export interface Run {
  readonly clusters: SampleClusters;
  /** Whether random tests run their full counts. */
  readonly proofs: boolean;
}

/** How one suite is run. */
export interface SuiteRun extends Run {
  /** Shows its output at its end: suites run beside it. */
  readonly isQuiet: boolean;
}

/** Runs one suite in a process of its own. If its database or packages do not start, that counts as one failure. */
export async function runSuite(suite: Suite, run: SuiteRun): Promise<SuiteResult> {
  const started = Date.now();
  const until = run.isQuiet ? " (beside the others; what it says follows at its end)" : "";
  console.log(`\n── ${suite.name}: ${suite.what}${until}`);
  let database: TestDatabase | undefined;
  let outcome: Outcome = { passed: 0, failed: 1, failures: [] };
  const notes = run.proofs ? await Deno.makeTempFile({ prefix: "freshet-proofs-" }) : undefined;
  try {
    if (suite.needsBrowser === true) await installPackages(BROWSER);
    const sample = suite.sample === true ? await run.clusters.folder() : undefined;
    const empty = suite.empty === true ? await run.clusters.empty() : undefined;
    const refreshed = suite.refreshed === true ? await run.clusters.refreshed() : undefined;
    if (suite.database !== undefined) {
      const copyOf = sample === undefined ? empty : clusterIn(sample, "sample");
      const contents = copyOf === undefined
        ? " and is migrated"
        : `, ${sample === undefined ? "migrated" : "with the sample"}`;
      console.log(`${suite.name}: its PostgreSQL starts${contents}`);
      database = await makeTestDatabase(suite.database, {
        pgtap: suite.pgtap === true,
        // A scheduled refresh could interfere with tests that compare the views with the sample.
        ...(copyOf === undefined ? {} : { copyOf, jobsRest: sample !== undefined }),
      });
    }
    // Files without larger counts have already run in `task test`.
    const paths = run.proofs ? await proofFiles(suite.paths) : await spread(suite.paths);
    outcome = await runTests(suite, paths, run.isQuiet, {
      ...(notes === undefined ? {} : { FRESHET_PROOFS: "full", FRESHET_PROOFS_NOTES: notes }),
      ...(suite.everyFact === true ? { FRESHET_TEST_FACTS: "every" } : {}),
      ...(sample === undefined ? {} : { FRESHET_TEST_SAMPLE: sample }),
      ...(empty === undefined ? {} : { FRESHET_TEST_EMPTY: empty }),
      ...(refreshed === undefined ? {} : { FRESHET_TEST_REFRESHED: refreshed }),
      ...(database === undefined ? {} : {
        FRESHET_TEST_DATABASE_URL: database.url,
        FRESHET_TEST_SUPERUSER_URL: database.superuserUrl,
        FRESHET_TEST_CRON: database.cron,
      }),
    });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    outcome = { ...outcome, failures: [whole(suite, messageOf(error))] };
  } finally {
    await database?.stop();
  }
  const seconds = Math.round((Date.now() - started) / 1000);
  return { name: suite.name, ...outcome, seconds, counts: notes === undefined ? [] : await takeCounts(notes) };
}

async function takeCounts(notes: string): Promise<ProofCount[]> {
  const counts = readCounts(await Deno.readTextFile(notes));
  await Deno.remove(notes);
  return counts;
}

type Outcome = Pick<SuiteResult, "passed" | "failed" | "failures">;

/** A failure outside of any test case. */
function whole(suite: Suite, text: string): Failure {
  return { file: suite.paths.join(" "), name: "the suite as a whole", text };
}

async function runTests(
  suite: Suite,
  paths: readonly string[],
  isQuiet: boolean,
  env: Record<string, string>,
): Promise<Outcome> {
  const report = await Deno.makeTempFile({ prefix: "freshet-junit-", suffix: ".xml" });
  try {
    const command = new Deno.Command(Deno.execPath(), {
      args: [
        ...["test", "-A", "--no-prompt", `--junit-path=${report}`, ...(suite.flags ?? [])],
        ...(checksItself(suite) ? [] : ["--no-check"]),
        ...paths,
      ],
      env,
      stdout: isQuiet ? "piped" : "inherit",
      stderr: isQuiet ? "piped" : "inherit",
    });
    const { success, said } = isQuiet ? await runQuietly(suite.name, command) : await runAloud(command);
    const written = await Deno.readTextFile(report);
    const outcome = { ...countResults(written), failures: readFailures(written) };
    if (success || outcome.failed > 0) return outcome;
    const reason = "deno test failed without a failed test case: a module that does not load, or no tests; see above";
    return { passed: outcome.passed, failed: 1, failures: [whole(suite, [reason, lastWords(said)].join("\n"))] };
  } finally {
    await Deno.remove(report);
  }
}

interface Ended {
  readonly success: boolean;
  /** What it wrote, if that was kept. */
  readonly said: string;
}

async function runAloud(command: Deno.Command): Promise<Ended> {
  return { success: (await command.spawn().status).success, said: "" };
}

/** Prints the output at the end, so that the lines of parallel suites do not mix. */
async function runQuietly(name: string, command: Deno.Command): Promise<Ended> {
  const { success, stdout, stderr } = await command.output();
  console.log(`\n── ${name} said:`);
  const decoder = new TextDecoder();
  const [out, err] = [decoder.decode(stdout), decoder.decode(stderr)];
  console.log(out);
  console.error(err);
  return { success, said: `${out}\n${err}` };
}

/** What a run without a failed test case said of its errors. */
function lastWords(said: string): string {
  const lines = stripVTControlCharacters(said).split("\n").filter((line) => line.trim() !== "");
  const first = lines.findIndex((line) => /\(uncaught error\)|^error: /.test(line));
  return (first < 0 ? lines.slice(-20) : lines.slice(first)).join("\n");
}
