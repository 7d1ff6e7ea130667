// No command of a document goes untried: see tests/support/documents/document_commands.ts for what becomes of each.
import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { join } from "node:path";
import { commandsOf, covered, fateOf, followed } from "../support/documents/document_commands.ts";
import { allBlocks, type Block, blocksOf, projectFolder } from "../support/documents/documents.ts";
import { typeCheck } from "../support/documents/document_modules.ts";

/** In which languages blocks are written. Those with commands are run, the others are read by people and tests. */
const LANGUAGES = /^(?:sh|sql|ts|json|json output|text output|yaml|toml|http|text)$/;

const blocks = await allBlocks();
const runnable = blocks.filter(({ info }) => info === "sh" || info === "sql");

Deno.test("every block of a document says its language", () => {
  const silent = blocks.filter(({ info, text }) => !LANGUAGES.test(info) && !isPicture(text));
  deepEqual(silent.map(({ document, line, info }) => `${document}:${line} "${info}"`), []);
});

/** Trees, arrows, tables and headers need none: nothing in them could be pasted into a terminal. */
function isPicture(text: string): boolean {
  return !/^\s*(?:\$ |npx |deno |curl |supabase |psql |git |select |update )/m.test(text);
}

Deno.test("every block of commands and SQL is run by a test, or says that it takes a hosted project", () => {
  ok(runnable.length > 0);
  for (const block of runnable) fateOf(block);
});

Deno.test("a command that another test runs is in that test, and still in a document", async () => {
  const shown = new Set(runnable.filter(({ info }) => info === "sh").flatMap(commandsOf));
  for (const { command, by, as } of covered) {
    ok(shown.has(command), `no document shows "${command}" any more`);
    ok((await Deno.readTextFile(join(projectFolder, by))).includes(as), `${by} does not say: ${as}`);
  }
});

Deno.test("a page for another project is followed by a test that names it", async () => {
  for (const [document, by] of Object.entries(followed)) {
    ok(runnable.some((block) => block.document === document), `${document} has nothing to run`);
    ok((await Deno.readTextFile(join(projectFolder, by))).includes(`"${document}"`), `${by} does not name ${document}`);
  }
});

Deno.test("an output stands right below the commands that print it", () => {
  for (const [index, { info, document, line }] of blocks.entries()) {
    if (!info.endsWith(" output")) continue;
    const before = blocks[index - 1];
    ok(before?.document === document && before.info === "sh", `${document}:${line}`);
  }
});

Deno.test("every TypeScript block of a document type-checks", async () => {
  equal(await typeCheck(blocks.filter(({ info }) => info === "ts")), "");
});

function block(text: string, info = "sh"): Block {
  return { document: "page.md", line: 7, info, text };
}

Deno.test("typeCheck() names the block that has a mistake", async () => {
  const said = await typeCheck([block("const a: number = 1;", "ts"), block('export const b: number = "x";', "ts")]);
  match(said, /Type 'string' is not assignable to type 'number'/);
  match(said, /page\.md\.7/);
});

Deno.test("blocksOf() finds blocks with their line and language, indented ones too, and refuses one that never ends", () => {
  deepEqual(blocksOf("p.md", "a\n```sh\nx\n\ny\n```\n- b\n  ```sql\n  select 1;\n  ```\n"), [
    { document: "p.md", line: 2, info: "sh", text: "x\n\ny" },
    { document: "p.md", line: 8, info: "sql", text: "select 1;" },
  ]);
  throws(() => blocksOf("p.md", "```sh\nx\n"), /p\.md:1 opens a block and does not close it/);
});

Deno.test("fateOf() lets a block be run, unless it needs what this machine has not", () => {
  equal(fateOf(block('curl "$SUPABASE_URL"')), "run");
  equal(fateOf(block("# hosted only\nnpx -y supabase@3.1.0 link --project-ref <ref>")), "hosted");
  equal(
    fateOf(block("-- hosted only\nselect vault.create_secret('https://<ref>.supabase.co', 'x');", "sql")),
    "hosted",
  );
  equal(fateOf(block("npx -y deno@2.9.6 task test   # before each push")), "covered");
});

Deno.test("fateOf() refuses what nobody would run, with the remedy", () => {
  throws(() => fateOf(block("curl https://<host>/")), /page\.md:7 has something to fill in[\s\S]*"hosted only"/);
  throws(() => fateOf(block("select '…';", "sql")), /something to fill in/);
  throws(() => fateOf(block('# hosted only\ncurl "$SUPABASE_URL"')), /nothing in it goes to a hosted project/);
  throws(() => fateOf(block("npx -y deno@2.9.6 task test\necho done")), /split it/);
});

Deno.test("commandsOf() joins what goes on, and leaves comments out", () => {
  deepEqual(commandsOf(block('# why\ncurl "$A#b" \\\n    -H x   # and so on\n\nls')), ['curl "$A#b" -H x', "ls"]);
});
