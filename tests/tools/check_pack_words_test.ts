import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findPackWords } from "../../tools/check_pack_words.ts";
import { entrySource } from "../../tools/generate_functions.ts";
import { projectFolder } from "../../tools/pack_folders.ts";

/** What is found in a project with the pack "harbour" and this one file. */
async function foundIn(path: string, text: string): Promise<string[]> {
  const project = await mkdtemp(join(tmpdir(), "freshet-words-"));
  try {
    for (const [file, content] of [["packs/harbour/verify.ts", "harbour"], [path, text]] as const) {
      await mkdir(dirname(join(project, file)), { recursive: true });
      await writeFile(join(project, file), content);
    }
    return await findPackWords(project);
  } finally {
    await rm(project, { recursive: true });
  }
}

Deno.test("no pack of this checkout is named in shared, stack, tools, functions and schemas", async () => {
  assert.deepEqual(await findPackWords(projectFolder), []);
});

const PLANTED: readonly (readonly [string, string])[] = [
  ["shared/read/a.ts", 'const pack = "harbour";'],
  ["shared/http/a.ts", "// Of the harbour's ships."],
  ["stack/a.ts", "const harbourOrg = 1;"],
  ["supabase/schemas/core/a.sql", "-- Reads: the tables of the harbour."],
  ["tools/a.ts", 'read("/analytics/harbour/ships");'],
  ["supabase/functions/analytics/index.ts", 'import "../../../packs/harbour/resources/ships.ts";'],
];

for (const [path, text] of PLANTED) {
  Deno.test(`a pack's name is refused in ${path}: ${text}`, async () => {
    assert.deepEqual(await foundIn(path, text), [`${path}:1 names the pack harbour: let the pack say it, in packs/`]);
  });
}

Deno.test("an entry that is generated for a pack's function may name the pack", async () => {
  const text = entrySource({ pack: "harbour", name: "mail" });
  assert.match(text, /harbour/);
  assert.deepEqual(await foundIn("supabase/functions/mail/index.ts", text), []);
});

Deno.test("a longer word that holds a pack's name is none, and a pack may name itself", async () => {
  assert.deepEqual(await foundIn("shared/read/a.ts", "const harbourings = unharboured;"), []);
  assert.deepEqual(await foundIn("packs/harbour/demo.ts", "harbour"), []);
});
