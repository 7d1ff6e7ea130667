import { deepEqual, throws } from "node:assert/strict";
import { chooseSuites } from "../../tools/test/suites.ts";

const chosen = (...words: string[]) => chooseSuites(words).map(({ name, paths }) => [name, paths]);

Deno.test("a path chooses the suite that it belongs to, and runs nothing else of it", () => {
  deepEqual(chosen("tests/audit/odd_rows_test.ts", "tests/audit/passes_test.ts"), [
    ["audit", ["tests/audit/odd_rows_test.ts", "tests/audit/passes_test.ts"]],
  ]);
  deepEqual(chosen("packs/arena/tests/e2e"), [["e2e", ["packs/arena/tests/e2e"]]]);
  deepEqual(chosen("tests/stack", "packs/arena/tests/unit/x_test.ts").map(([name]) => name), ["unit", "stack"]);
});

Deno.test("a fact in SQL runs alone, on both versions of PostgreSQL, whichever pack it belongs to", () => {
  const suites = chooseSuites([
    "packs/arena/tests/sql/lanes/have_no_gaps.test.sql",
    "tests/sql/observe/opens.test.sql",
  ]);
  deepEqual(suites.map(({ name, flags, everyFact }) => [name, flags, everyFact]), [
    ["sql-17", ["--filter=/^(?:lanes: have no gaps|observe: opens)$/"], true],
    ["sql-15", ["--filter=/^(?:lanes: have no gaps|observe: opens)$/"], true],
  ]);
});

Deno.test("a path that no suite runs, and one that only begins like a suite's, are refused", () => {
  for (const path of ["shared_test/read_test.ts", "tests/auditor/x_test.ts", "tools/test/suites.ts"]) {
    throws(() => chooseSuites([path]), new RegExp(`Unknown path of a suite "${path}"`));
  }
});
