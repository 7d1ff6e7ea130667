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
  for (const room of rooms) {
    const text = await readDocument(`shared/${room}/README.md`);
    ok(text.startsWith(`# ${room}\n`), `shared/${room}/README.md does not begin with its name`);
    for (const word of ["**Does not know**", "**To add one more**"]) {
      ok(text.includes(word), `shared/${room}/README.md does not say: ${word}`);
    }
    const count = text.trimEnd().split("\n").length;
    ok(count <= 18, `shared/${room}/README.md has ${count} lines`);
  }
});

Deno.test("every room has a wall", () => {
  const unruled = rooms.filter((room) =>
    !PARTS.some(({ name, files }) => name === room && files.test(`shared/${room}/a.ts`))
  );
  deepEqual(unruled, []);
});

Deno.test("the folders of unit tests are those of the rooms, of the client and of the local stack", async () => {
  const known = new Set([...rooms, "stack"]);
  deepEqual((await foldersOf("tests/unit")).filter((folder) => !known.has(folder)), []);
});
