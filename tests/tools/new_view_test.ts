import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { withPackRow } from "../../tools/new_view/api_row.ts";
import { nextMigrationNumber } from "../../tools/schema/migration_number.ts";
import { parseNewView } from "../../tools/new_view/names.ts";
import { copyProject } from "../support/rigs/project_copy.ts";

interface Run {
  readonly code: number;
  readonly output: string;
}

/** Runs the copied project's own tools, as a newcomer would in a clone. */
async function withClone(
  prove: (run: (...args: string[]) => Promise<Run>, folder: string) => Promise<void>,
): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), "freshet-new-view-"));
  const folder = join(home, "freshet");
  try {
    await copyProject(folder);
    const run = (...args: string[]): Promise<Run> =>
      promisify(execFile)(Deno.execPath(), args, { cwd: folder }).then(
        ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
        (error: { code: number; stdout: string; stderr: string }) => ({
          code: error.code,
          output: error.stdout + error.stderr,
        }),
      );
    await prove(run, folder);
  } finally {
    await rm(home, { recursive: true });
  }
}

Deno.test("new:view writes two files that pass format, lint, types, import direction, registry and OpenAPI as written", async () => {
  await withClone(async (run, folder) => {
    const created = await run("run", "-A", "tools/new_view.ts", "study", "mv_daily_mastery", "daily-mastery");
    assert.equal(created.code, 0, created.output);
    const resource = "packs/study/resources/daily_mastery.ts";
    const files = ["packs/registry.ts", resource];
    const checks = [
      ["fmt", "--check", ...files],
      ["lint", ...files],
      ["check", ...files],
      ["run", "-A", "tools/generate_registry.ts", "--check"],
      ["run", "-A", "tools/openapi.ts", "--check"],
      ["run", "-A", "tools/check_import_direction.ts"],
    ];
    for (const check of checks) {
      const { code, output } = await run(...check);
      assert.equal(code, 0, `deno ${check.join(" ")}\n${output}`);
    }
    assert.match(await readFile(join(folder, "packs/registry.ts"), "utf8"), /"study\/daily-mastery": async/);
    const page = await readFile(join(folder, "docs/api.md"), "utf8");
    assert.match(page, /^\| `\/study\/daily-mastery` \| `challenge_id`, `days=30` \|.*\n\| `\/catalog`/m);
    const names = (await readdir(join(folder, "supabase/migrations"))).sort();
    assert.match(names.at(-1) ?? "", /^\d{14}_study__mv_daily_mastery\.sql$/, "the new migration is not the last");

    const [schema, migration] = await Promise.all(
      ["packs/study/schema/mv_daily_mastery.sql", `supabase/migrations/${names.at(-1)}`].map((path) =>
        readFile(join(folder, path), "utf8")
      ),
    );
    assert.equal(schema, migration);

    const twice = await run("run", "-A", "tools/new_view.ts", "study", "mv_daily_mastery", "other");
    assert.equal(twice.code, 1);
    assert.match(twice.output, /already has a migration/);
    const taken = await run("run", "-A", "tools/new_view.ts", "study", "mv_other", "daily-mastery");
    assert.equal(taken.code, 1);
    assert.match(taken.output, /already a file/);
  });
});

const REFUSED: readonly (readonly [readonly string[], RegExp])[] = [
  [[], /Usage: deno task new:view <pack> <view> <resource>/],
  [["arena", "mv_x", "x", "y"], /Usage: /],
  [["Arena", "mv_x", "x"], /Pack "Arena" must be lower case/],
  [["../arena", "mv_x", "x"], /Pack/],
  [["arena", "lane_streaks", "x"], /View "lane_streaks" must be mv_/],
  [["arena", "mv_x; drop", "x"], /View/],
  [["arena", "mv_progress_v2", "x"], /named for its reason/],
  [["arena", "mv_progress_new", "x"], /named for its reason/],
  [["arena", "mv_x", "LaneStreaks"], /Resource "LaneStreaks" must be lower case words joined by hyphens/],
  [["arena", "mv_x", "lane_streaks"], /joined by hyphens/],
  [["arena", "mv_x", "default"], /reserved word/],
];

for (const [given, message] of REFUSED) {
  Deno.test(`new:view refuses ${JSON.stringify(given.join(" "))} with the remedy`, () => {
    assert.throws(() => parseNewView(given), message);
  });
}

Deno.test("a migration's number is later than the clock's and than every number before it", () => {
  const now = new Date("2026-11-20T10:00:00Z");
  assert.equal(nextMigrationNumber(["20261101000000_core__a.sql"], now), "20261120100000");
  assert.equal(nextMigrationNumber(["20261120235959_core__a.sql", "README.md"], now), "20261120235969");
  assert.equal(nextMigrationNumber([], now), "20261120100000");
});

Deno.test("the README of the pack lists a new resource after its own others, and one without a table says so", () => {
  const view = parseNewView(["study", "mv_daily_mastery", "daily-mastery"]);
  const readme = "# Study\n\n| path |\n| --- |\n| `/study/first` | … | `a` |\n\n## Decisions\n";
  assert.match(
    withPackRow(readme, view),
    /\| `\/study\/first` .*\n\| `\/study\/daily-mastery` \| .* \| `mv_daily_mastery` \|\n\n## Dec/,
  );
  assert.throws(() => withPackRow("# Study\n", view), /add a row for \/study\/daily-mastery by hand/);
});
