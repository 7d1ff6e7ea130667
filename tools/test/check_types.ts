import { spread } from "../pack_folders.ts";
import type { SuiteResult } from "./suite_result.ts";
import type { Suite } from "./suites.ts";

/** Suites whose files Deno checks by themselves: examples in docstrings are files only while they run. */
export function checksItself(suite: Suite): boolean {
  return suite.flags?.includes("--doc") === true;
}

/**
 * Checks the types of all test files at once, which takes a fraction of what it takes in each suite by itself: most of
 * its time goes into modules that they share.
 */
export async function checkTypes(suites: readonly Suite[]): Promise<SuiteResult> {
  const started = Date.now();
  console.log("\n── types: the types of all test files");
  const checked = suites.filter((suite) => !checksItself(suite));
  // Some have packages that are kept out of the lock file.
  const groups = Object.entries(
    Object.groupBy(checked, (suite) => suite.flags?.includes("--no-lock") ? "--no-lock" : ""),
  );
  const failures: string[] = [];
  for (const [flag, of_flag = []] of groups) {
    const paths = await spread(of_flag.flatMap(({ paths }) => paths));
    const args = ["check", "--quiet", ...(flag === "" ? [] : [flag]), ...paths];
    const { success, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
    if (!success) failures.push(new TextDecoder().decode(stderr));
  }
  return {
    name: "types",
    passed: groups.length - failures.length,
    failed: failures.length,
    failures: failures.map((text) => ({ file: "tests", name: "deno check", text })),
    seconds: Math.round((Date.now() - started) / 1000),
    counts: [],
  };
}
