import { join } from "node:path";
import { projectFolder, spread } from "../pack_folders.ts";
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
  const paths = await spread(suites.filter((suite) => !checksItself(suite)).flatMap(({ paths }) => paths));
  if (paths.length === 0) return outcome(started, null);
  // Some have packages that are kept out of the lock file: a copy of it takes them in.
  const lock = await Deno.makeTempFile({ prefix: "freshet-types-", suffix: ".lock" });
  try {
    await Deno.copyFile(join(projectFolder, "deno.lock"), lock);
    const args = ["check", "--quiet", `--lock=${lock}`, ...paths];
    const { success, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
    return outcome(started, success ? null : new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(lock);
  }
}

function outcome(started: number, fault: string | null): SuiteResult {
  return {
    name: "types",
    passed: fault === null ? 1 : 0,
    failed: fault === null ? 0 : 1,
    failures: fault === null ? [] : [{ file: "tests", name: "deno check", text: fault }],
    seconds: Math.round((Date.now() - started) / 1000),
    counts: [],
  };
}
