// Each folder of shared is a room: it says on a page what it is for, and tests/unit mirrors it.
import { deepEqual, ok } from "node:assert/strict";
import { PARTS } from "../../tools/import_rules.ts";
import { readDocument } from "../support/documents/documents.ts";

const ROOT = new URL("../../", import.meta.url);

async function foldersOf(path: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(path, ROOT))) if (isDirectory) found.push(name);
  return found.sort();
}

const rooms = await foldersOf("shared");

Deno.test("every room says in at most eighteen lines what it does, what it does not know, and how to add one more", async () => {
  for (const folder of [...rooms.map((room) => `shared/${room}`), "app"]) {
    const text = await readDocument(`${folder}/README.md`);
    ok(text.startsWith(`# ${folder.split("/").at(-1)}\n`), `${folder}/README.md does not begin with its name`);
    for (const word of ["**Does not know**", "**To add one more**"]) {
      ok(text.includes(word), `${folder}/README.md does not say: ${word}`);
    }
    const count = text.trimEnd().split("\n").length;
    ok(count <= 18, `${folder}/README.md has ${count} lines`);
  }
});

Deno.test("every room has a wall", () => {
  const unruled = rooms.filter((room) =>
    !PARTS.some(({ name, files }) => name === room && files.test(`shared/${room}/a.ts`))
  );
  deepEqual(unruled, []);
});

Deno.test("every folder of the pages' sources has a wall", async () => {
  const without_code = ["dist", "node_modules", "public", "styles"];
  const folders = (await foldersOf("app")).filter((folder) => !without_code.includes(folder));
  deepEqual(folders.filter((folder) => !PARTS.some(({ name }) => name === `app/${folder}`)), []);
});

Deno.test("the folders of unit tests are those of the rooms, of the client and of the local stack", async () => {
  const known = new Set([...rooms, "stack"]);
  deepEqual((await foldersOf("tests/unit")).filter((folder) => !known.has(folder)), []);
});
