import { deepEqual, equal, match } from "node:assert/strict";
import { aboutEdited, editedMigrations } from "../../stack/edited_migrations.ts";
import { testDatabaseUrl } from "../support/rigs/test_database.ts";

const migrations = new URL("../../supabase/migrations/", import.meta.url).pathname;

Deno.test("a migration that was edited after it was applied is named with the remedy, and nothing is said of white space", async () => {
  const folder = await Deno.makeTempDir({ prefix: "freshet-edited-" });
  try {
    const files: string[] = [];
    for await (const { name } of Deno.readDir(migrations)) {
      if (name.endsWith(".sql")) files.push(name);
      await Deno.copyFile(`${migrations}${name}`, `${folder}/${name}`);
    }
    files.sort();
    deepEqual(await editedMigrations(testDatabaseUrl(), folder), []);

    const [first = "", second = ""] = files;
    await Deno.writeTextFile(`${folder}/${first}`, "\n\n;\n", { append: true });
    await Deno.writeTextFile(`${folder}/${second}`, "\nselect 1;\n", { append: true });
    await Deno.writeTextFile(`${folder}/29991231000000_core__to_come.sql`, "select 1;\n");
    const edited = await editedMigrations(testDatabaseUrl(), folder);
    deepEqual(edited, [second]);
    const said = aboutEdited(edited) ?? "";
    match(said, new RegExp(`^${second} was changed after this database applied it`));
    match(said, /deno task reset/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("nothing is said where no migration was edited", () => equal(aboutEdited([]), null));
