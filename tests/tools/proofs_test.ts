import { deepEqual, equal, match, throws } from "node:assert/strict";
import { join } from "node:path";
import { proofFiles } from "../../tools/test/proof_files.ts";
import { readCounts, writeProofs } from "../../tools/test/proof_results.ts";
import { chooseSuites, isWhole, suites } from "../../tools/test/suites.ts";
import { proofs } from "../support/random/proofs.ts";

/** Runs a body with variables as the runner sets them. */
async function withVariables(variables: Record<string, string>, body: () => void | Promise<void>): Promise<void> {
  const before = Object.keys(variables).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  try {
    await body();
  } finally {
    for (const [name, value] of before) value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
  }
}

Deno.test("proofs() is the sample, and in a run of test:proofs the whole count, noted with the file that asked", async () => {
  const notes = await Deno.makeTempFile();
  try {
    await withVariables({ FRESHET_PROOFS: "" }, () => equal(proofs(3, 5), 3));
    await withVariables({ FRESHET_PROOFS: "full", FRESHET_PROOFS_NOTES: notes }, () => equal(proofs(3, 5), 5));
    deepEqual(readCounts(await Deno.readTextFile(notes)), [{ file: "tests/tools/proofs_test.ts", count: 5 }]);
  } finally {
    await Deno.remove(notes);
  }
});

Deno.test("the suites of test:proofs are those whose tests ask proofs(), and no other can be named", async () => {
  const asking: string[] = [];
  for (const { name, paths } of suites) {
    const folders = paths.filter((one) => one !== "tests/tools" && one !== "shared");
    if ((await proofFiles(folders)).length > 0) asking.push(name);
  }
  deepEqual(chooseSuites([], true).map(({ name }) => name), asking);
  deepEqual(chooseSuites(["e2e"], true).map(({ name }) => name), ["e2e"]);
  throws(
    () => chooseSuites(["docs"], true),
    /Unknown suite with proofs "docs": choose from e2e, unit, audit, integration, stack, deployed, oulad, house, sql-17, sql-15, packs, published, pages, hosted$/,
  );
});

Deno.test("of single files those run that ask proofs(), and they are no whole suite", async () => {
  const asking = "tests/integration/killed_refresh_test.ts";
  deepEqual(await proofFiles([asking, "tests/integration/new_view_table_test.ts"]), [asking]);
  deepEqual([...chooseSuites([asking], true), ...chooseSuites(["integration"], true)].map(isWhole), [false, true]);
});

Deno.test("a run of test:proofs keeps counts, seconds, date and commit of each suite, a failed one too", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const counts = [{ file: "tests/e2e/one_test.ts", count: 1_000 }];
    await writeProofs([{ name: "e2e", passed: 3, failed: 1, failures: [], seconds: 90, counts }], folder);
    const { date, commit, ...result } = JSON.parse(await Deno.readTextFile(join(folder, "e2e.json")));
    deepEqual(result, { suite: "e2e", passed: 3, failed: 1, seconds: 90, counts });
    match(date, /^\d{4}-\d\d-\d\d$/);
    match(commit, /^([0-9a-f]{12}(, with changes)?|unknown)$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
