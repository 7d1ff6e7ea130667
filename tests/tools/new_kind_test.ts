import { equal, match, ok, rejects, throws } from "node:assert/strict";
import { writeKind } from "../../tools/new_kind.ts";
import { parseNewKind } from "../../tools/new_kind/names.ts";
import { withRepair } from "../../tools/new_kind/repair.ts";
import { withRow } from "../../tools/new_kind/runbook.ts";
import { neighboursOf } from "../../tools/new_kind/schema_file.ts";
import { projectFolder } from "../../tools/pack_folders.ts";
import { readSchemaFiles } from "../../tools/schema/areas.ts";
import { splitStatements } from "../../tools/schema/statements.ts";

const KIND = { kind: "slow_refresh", severity: "error" } as const;

Deno.test("a kind is named on the command line, with a severity that is a warning unless said", () => {
  equal(parseNewKind(["slow_refresh"]).severity, "warning");
  equal(parseNewKind(["--severity", "fatal", "slow_refresh"]).severity, "fatal");
  equal(parseNewKind(["slow_refresh", "--severity=info"]).severity, "info");
});

Deno.test("a name or severity that does not do is refused with the word and the remedy", () => {
  throws(() => parseNewKind([]), /Usage: deno task new:kind <kind>/);
  throws(() => parseNewKind(["Slow-Refresh"]), /Kind "Slow-Refresh" must be lower case/);
  throws(() => parseNewKind(["slow_refresh_2"]), /"slow_refresh_2" must be/);
  throws(() => parseNewKind(["slow_refresh", "--severity", "bad"]), /"bad" is none of fatal, error, warning, info/);
  throws(() => parseNewKind(["slow_refresh", "--sevrity", "info"]), /"--sevrity" was not understood/);
});

Deno.test("a kind's files are written, with its rows in the list of the runbook and among the repairs", async () => {
  await inCopy(async (root) => {
    const paths = await writeKind(KIND, root);
    const read = async (path: string) => await Deno.readTextFile(`${root}${path}`);
    const schema = await read("supabase/schemas/audit/kinds/slow_refresh.sql");
    equal(splitStatements(schema).length, 5);
    match(schema, /values \('slow_refresh', 'error', false, false, 'Slow refresh\.'\);/);
    const page = await read("docs/runbook/slow_refresh.md");
    for (const part of ["# slow_refresh\n", "\n## See\n", "\n## Repair\n", "\n## Mute\n"]) {
      ok(page.includes(part), part);
    }
    match(
      await read("docs/runbook/README.md"),
      /^\| \[slow_refresh\]\(slow_refresh\.md\) \| error \| slow refresh \|$/m,
    );
    const [evidence = "", repairs = ""] = paths.filter((path) => path.startsWith("shared/"));
    match(await read(evidence), /^export const EVIDENCE = \{\n {2}slow_refresh: \[\],$/m);
    match(await read(repairs), /^ {2}slow_refresh: \(\{ subject \}\) =>$/m);
    await rejects(writeKind(KIND, root), /Kind "slow_refresh" has a file already, "supabase\/schemas\/audit\/kinds/);
  });
});

Deno.test("a new detector comes after all that there are", async () => {
  const files = await readSchemaFiles();
  const { schema, place } = neighboursOf(files);
  match(schema, /^\w+$/);
  for (const { sql } of files) {
    for (const [, taken] of sql.matchAll(/insert into analytics\.audit_detectors [^;]*?\(\s*(\d+), '/g)) {
      ok(Number(taken) < place, `${taken} < ${place}`);
    }
  }
  throws(() => neighboursOf([]), /No schema file of the audit makes observe_findings\(\)/);
});

Deno.test("a page without a list is refused with the row to add, and a list of repairs keeps what it spreads first", () => {
  throws(() => withRow("# Runbook\n", KIND), /add the row "\| \[slow_refresh\]/);
  const source = "const REPAIRS: A = {\n  ...UNSEEN,\n  failed: x,\n};\n";
  match(withRepair(source, KIND), /\.\.\.UNSEEN,\n {2}slow_refresh: [\s\S]+ {2}failed: x/);
});

/** What the generator reads and writes, without the rest of the project. */
async function inCopy(body: (root: string) => Promise<void>): Promise<void> {
  const root = `${await Deno.makeTempDir({ prefix: "freshet-new-kind-" })}/`;
  try {
    for (const folder of ["supabase/schemas", "shared", "docs/runbook"]) {
      await copyFolder(`${projectFolder}${folder}`, `${root}${folder}`);
    }
    await body(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const entry of Deno.readDir(from)) {
    if (entry.isDirectory) await copyFolder(`${from}/${entry.name}`, `${to}/${entry.name}`);
    else await Deno.copyFile(`${from}/${entry.name}`, `${to}/${entry.name}`);
  }
}
