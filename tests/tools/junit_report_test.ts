import { equal, match } from "node:assert/strict";
import { join } from "node:path";
import { countResults, describeFailure, readFailures } from "../../tools/test/junit_report.ts";

const FAILING = `
Deno.test('a name with <signs> & "quotes"', () => { throw new Error("one & <two>\\nthree"); });
Deno.test("outer", async (t) => { await t.step("inner", () => { throw new Error("inner broke"); }); });
Deno.test("good", () => {});
Deno.test({ name: "left out", ignore: true, fn: () => {} });
`;

Deno.test("a run names each test that failed, with its file and its error as they were thrown", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(folder, "some_test.ts"), FAILING);
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-config", "--junit-path=report.xml", "some_test.ts"],
      cwd: folder,
      stdout: "null",
      stderr: "null",
    }).output();
    equal(success, false);
    const report = await Deno.readTextFile(join(folder, "report.xml"));
    const failures = readFailures(report);

    equal(countResults(report).failed, failures.length);
    equal(countResults(report).passed, 1);
    equal(failures[0]?.file, "./some_test.ts");
    equal(failures[0]?.name, 'a name with <signs> & "quotes"');
    match(failures[0]?.text ?? "", /^Error: one & <two>\nthree\n/);
    equal(failures.at(-1)?.name, "outer > inner");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a long failure keeps its start and its end, and says how much is left out", () => {
  const text = Array.from({ length: 30 }, (_, line) => `line ${line}`).join("\n");
  equal(
    describeFailure({ file: "a_test.ts", name: "it holds", text }, 3),
    "FAILED a_test.ts: it holds\n    line 0\n    line 1\n    (27 more lines above)\n    line 29",
  );
});
