// The tests of app/, which have a configuration of their own: that of code for a browser.
import { equal } from "node:assert/strict";
import { projectFolder } from "../../tools/pack_folders.ts";

Deno.test("the tests of the pages' own rooms pass", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--quiet", "--no-check", "--config", "app/deno.json", "app/tests"],
    cwd: projectFolder,
    env: { DENO_NO_PACKAGE_JSON: "1" },
  }).output();
  equal(code, 0, [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n"));
});
