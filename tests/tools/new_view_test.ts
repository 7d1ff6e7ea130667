import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { withPackRows } from "../../tools/new_view/api_row.ts";
import { nextMigrationNumber } from "../../tools/schema/migration_number.ts";
import { parseNewView, parseWanted } from "../../tools/new_view/names.ts";
import { planView, snake, viewColumns } from "../../tools/new_view/plan.ts";
import type { ColumnShape, TableShape } from "../../tools/new_view/table.ts";
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

function column(name: string, kind: ColumnShape["kind"], more: Partial<ColumnShape> = {}): ColumnShape {
  const plain = { type: kind, labels: [], is_nullable: false, is_given: false, is_key: false, refers_to: null };
  return { name, kind, ...plain, ...more };
}

const LEARNERS: TableShape = {
  name: "public.learners",
  columns: [column("id", "uuid", { is_key: true, is_given: true }), column("name", "text")],
};

const LESSONS: TableShape = {
  name: "public.lessons",
  columns: [
    column("id", "uuid", { is_key: true, is_given: true }),
    column("learner_id", "uuid", { refers_to: "public.learners" }),
    column("state", "enum", { labels: ["open", "done"] }),
    column("mastery", "numeric", { is_nullable: true }),
    column("created_at", "timestamptz", { is_given: true }),
  ],
};

/** What the tool does once it has read the tables: tests/integration/new_view_table_test.ts reads real ones. */
const CREATE = `
import { createView } from "./tools/new_view.ts";
import { parseWanted } from "./tools/new_view/names.ts";
const tables = JSON.parse(await Deno.readTextFile("tables.json"));
try {
  console.log((await createView(parseWanted(Deno.args), tables)).join("\\n"));
} catch (error) {
  console.error(error.message);
  Deno.exit(1);
}
`;

Deno.test("new:view makes a view of a new pack from a table, and all of it passes format, lint, types, import direction, registry, OpenAPI and the contract as written", async () => {
  await withClone(async (run, folder) => {
    await writeFile(join(folder, "create.ts"), CREATE);
    await writeFile(join(folder, "tables.json"), JSON.stringify([LEARNERS, LESSONS]));
    const create = (...words: string[]) => run("run", "-A", "create.ts", ...words, "--from", "public.lessons");
    const created = await create("tuition", "mv_daily_mastery", "daily-mastery");
    assert.equal(created.code, 0, created.output);
    const resource = "packs/tuition/resources/daily_mastery.ts";
    const files = ["packs/registry.ts", resource, "packs/tuition/verify.ts"];
    const checks = [
      ["fmt", "--check", ...files],
      ["lint", ...files],
      ["check", ...files],
      ["run", "-A", "tools/generate_registry.ts", "--check"],
      ["run", "-A", "tools/generate_client.ts", "--check"],
      ["run", "-A", "tools/openapi.ts", "--check"],
      ["run", "-A", "tools/check_import_direction.ts"],
      ["run", "-A", "tools/check_pack_words.ts"],
      ["test", "-A", "--no-check", "--quiet", "tests/tools/docs_test.ts"],
      ["test", "-A", "--no-check", "--quiet", "tests/contract/packs_test.ts", "tests/contract/resources_test.ts"],
    ];
    for (const check of checks) {
      const { code, output } = await run(...check);
      assert.equal(code, 0, `deno ${check.join(" ")}\n${output}`);
    }
    assert.match(await readFile(join(folder, "packs/registry.ts"), "utf8"), /"tuition\/daily-mastery": async/);
    const page = await readFile(join(folder, "docs/api.md"), "utf8");
    assert.match(page, /^\| `\/tuition\/daily-mastery` \| `learner_id`, `days=30` \|.*\n\| `\/catalog`/m);
    const names = (await readdir(join(folder, "supabase/migrations"))).sort();
    const last = names.at(-1) ?? "";
    assert.match(last, /^\d{14}_tuition__mv_daily_mastery\.sql$/, "the new migration is not the last");
    const schema = await readFile(join(folder, "packs/tuition/schema/mv_daily_mastery.sql"), "utf8");
    assert.equal(await readFile(join(folder, "supabase/migrations", last), "utf8"), schema);

    const second = await create("tuition", "mv_states", "states", "--by", "state");
    assert.equal(second.code, 0, second.output);
    const contract = await run("test", "-A", "--no-check", "--quiet", "tests/contract/packs_test.ts");
    assert.equal(contract.code, 0, contract.output);

    const twice = await create("tuition", "mv_daily_mastery", "other");
    assert.equal(twice.code, 1);
    assert.match(twice.output, /already has a migration/);
    const taken = await create("tuition", "mv_other", "daily-mastery");
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

Deno.test("new:view asks for the table, and repeats no address", () => {
  const names = ["tuition", "mv_x", "x"];
  assert.throws(() => parseWanted(names), /Which table does "mv_x" read\? Name it: --from public\.orders/);
  assert.throws(() => parseWanted([...names, "--from"]), /Which table/);
  assert.throws(
    () => parseWanted([...names, "--form=postgres://u:secret@h/d"]),
    /^Error: "an address" was not understood/,
  );
  assert.equal(parseWanted([...names, "--from", "public.lessons", "--by", "state"]).by, "state");
});

const wanted = (...words: string[]) => parseWanted(["tuition", "mv_x", "x", "--from", "public.lessons", ...words]);

Deno.test("a view groups by what refers to another table, by day, with the average of the first number", () => {
  assert.deepEqual(viewColumns(planView(wanted(), LESSONS)), ["learner_id", "day", "sample_count", "avg_mastery"]);
  const named = planView(wanted("--by", "state"), LESSONS);
  assert.deepEqual(viewColumns(named), ["state", "day", "sample_count", "avg_mastery"]);
  assert.equal(snake("userId"), "user_id");
});

Deno.test("a column that does not do is refused with those that do", () => {
  assert.throws(
    () => planView(wanted("--by", "nowhere"), LESSONS),
    /--by "nowhere" is no column of public\.lessons: choose from id, learner_id, state/,
  );
  assert.throws(
    () => planView(wanted("--at", "mastery"), LESSONS),
    /--at "mastery" is of type numeric, which does not do, in public\.lessons: choose from created_at/,
  );
  assert.throws(
    () => planView(wanted(), { name: "public.flags", columns: [column("on", "boolean")] }),
    /no column to group by and none with a moment: name one, --by or --at/,
  );
  assert.throws(
    () => planView(wanted("--by", "day"), { name: "public.a", columns: [column("day", "text"), column("at", "date")] }),
    /two columns "day"/,
  );
});

Deno.test("a migration's number is later than the clock's and than every number before it", () => {
  const now = new Date("2026-11-20T10:00:00Z");
  assert.equal(nextMigrationNumber(["20261101000000_core__a.sql"], now), "20261120100000");
  assert.equal(nextMigrationNumber(["20261120235959_core__a.sql", "README.md"], now), "20261120235969");
  assert.equal(nextMigrationNumber([], now), "20261120100000");
});

Deno.test("the README of the pack lists a new view and its resource after its own others, and one without a table says so", () => {
  const plan = planView(
    parseWanted(["tuition", "mv_daily_mastery", "daily-mastery", "--from", "public.lessons"]),
    LESSONS,
  );
  const readme = "# Study\n\n## Views\n\n| view |\n| --- |\n| `a` |\n\n## Resources\n\n" +
    "| path |\n| --- |\n| `/tuition/first` | … | `a` |\n\n## Decisions\n";
  const listed = withPackRows(readme, plan);
  assert.match(listed, /\| `a` \|\n\| `mv_daily_mastery` \| .*\n\n## Resources/);
  assert.match(
    listed,
    /\| `\/tuition\/first` .*\n\| `\/tuition\/daily-mastery` \| .* \| `mv_daily_mastery` \|\n\n## Dec/,
  );
  assert.throws(() => withPackRows("# Study\n", plan), /add this row by hand: \| `mv_daily_mastery`/);
});
