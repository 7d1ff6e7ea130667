import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findWords, wordsIn } from "../../tools/check_words.ts";
import { projectFolder } from "../../tools/pack_folders.ts";

Deno.test("what is held to plain words has none of those that are refused", async () => {
  assert.deepEqual(await findWords(projectFolder), []);
});

/** A file, its text, and the words that are found in it, each with its line. */
const PLANTED: readonly (readonly [string, string, readonly string[]])[] = [
  ["a.md", "A key\nbelongs into the header.", ["2 belongs into"]],
  ["a.md", "A key belongs\ninto the header.", ["1 belongs into"]],
  ["a.md", "The view is made anew.", ["1 anew"]],
  ["a.md", "A user sees his rows; he asked for them, they are given to him.", ["1 his", "1 he", "1 him"]],
  ["a.md", "Each command is typed by a test.", ["1 is typed"]],
  ["a.md", "Whoever asks.", ["1 Whoever"]],
  ["a.md", "An incident is told once. What no run tells of.", ["1 is told", "1 tells of"]],
  ["a.md", "What is no hit leaves at once.", ["1 What is no "]],
  ["a.md", "A manager sees the own people.", ["1 the own"]],
  ["a.ts", "// By the clock of the day.\nconst a = 1;", ["1 By the clock of"]],
  ["a.ts", "/**\n * For whoever\n * asks anew.\n */\nconst a = 1;", ["2 whoever", "3 anew"]],
  ["a.ts", "const a = 1; // Read anew.", ["1 anew"]],
  ["a.sql", "select 1;\n-- Read anew.\n", ["2 anew"]],
  ["a.sql", "comment on table a is 'A row for\nwhoever asks.';", ["2 whoever"]],
];

for (const [file, text, expected] of PLANTED) {
  Deno.test(`in ${file} is refused: ${text.replaceAll("\n", " ⏎ ")}`, () => {
    assert.deepEqual(wordsIn(file, text).map(({ line, words }) => `${line} ${words}`), expected);
  });
}

const PLAIN: readonly (readonly [string, string])[] = [
  ["a.md", "```sh\necho anew\n```\nThe command `anew` is a name, and so is `told_name`."],
  ["a.md", "The isolate is told to end. A typed client. This is the history; what is no longer read goes."],
  ["a.ts", 'const whoever = "anew"; const url = "https://his.example/anew";'],
  ["a.ts", 'const text = "a // anew";'],
  ["a.sql", "select 'anew' as whoever;"],
];

for (const [file, text] of PLAIN) {
  Deno.test(`in ${file} is no such word: ${text.replaceAll("\n", " ⏎ ")}`, () => {
    assert.deepEqual(wordsIn(file, text), []);
  });
}

Deno.test("each file of a folder that is held is read, with its path and what to write instead", async () => {
  const project = await mkdtemp(join(tmpdir(), "freshet-words-"));
  try {
    for (const name of ["room/deep/a.sql", "room/a.ts", "other/a.md"]) {
      await mkdir(dirname(join(project, name)), { recursive: true });
      await writeFile(join(project, name), "-- anew\n// anew\n");
    }
    assert.deepEqual(await findWords(project, ["room/"]), [
      'room/a.ts:2 says "anew": write "again"',
      'room/deep/a.sql:1 says "anew": write "again"',
    ]);
    await assert.rejects(findWords(project, ["gone/"]), /gone/);
  } finally {
    await rm(project, { recursive: true });
  }
});
