import { deepEqual, equal, rejects } from "node:assert/strict";
import { createProgress } from "../../stack/progress.ts";

function recorder(isTerminal: boolean) {
  const written: string[] = [];
  return { written, output: { isTerminal, write: (text: string) => written.push(text) } };
}

Deno.test("A quick step is one line, without a time", async () => {
  const { written, output } = recorder(false);
  equal(await createProgress(output).step("Data API", () => Promise.resolve(7)), 7);
  deepEqual(written, ["  ✓ Data API\n"]);
});

Deno.test("Away from a terminal each report is a plain line, without control characters", async () => {
  const { written, output } = recorder(false);
  await createProgress(output).step("Sample data", (report) => Promise.resolve(report("writing")));
  deepEqual(written, ["  Sample data: writing\n", "  ✓ Sample data\n"]);
});

Deno.test("A failed step is marked, and its error goes on", async () => {
  const { written, output } = recorder(false);
  await rejects(createProgress(output).step("Gateway", () => Promise.reject(new Error("taken"))), /taken/);
  deepEqual(written, ["  ✗ Gateway (0 s)\n"]);
});
