import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "smol-toml";
import { withFunctionsOfPacks } from "../../tools/generate_functions.ts";
import { copyProject } from "../support/rigs/project_copy.ts";

const CONFIG = '[api]\nport = 1\n\n[functions.analytics]\nentrypoint = "./a.ts"\n';
const MAIL = { pack: "harbour", name: "mail" };

Deno.test("config.toml gets one block for each function of a pack, once, and loses it with the pack", () => {
  const once = withFunctionsOfPacks(CONFIG, [MAIL]);
  assert.deepEqual(JSON.parse(JSON.stringify(parse(once))), {
    api: { port: 1 },
    functions: {
      analytics: { entrypoint: "./a.ts" },
      mail: {
        enabled: true,
        verify_jwt: false,
        import_map: "./functions/mail/deno.json",
        entrypoint: "./functions/mail/index.ts",
      },
    },
  });
  assert.equal(withFunctionsOfPacks(once, [MAIL]), once);
  assert.equal(withFunctionsOfPacks(once, []), CONFIG);
});

Deno.test("a pack's function is deployed under its name and goes with the pack; a name that is taken is refused", async () => {
  const folder = await Deno.makeTempDir({ prefix: "freshet-functions-" });
  const run = async (...args: string[]) => {
    const options = { args: ["run", "-A", "--no-check", "tools/generate_functions.ts", ...args], cwd: folder };
    const { code, stderr } = await new Deno.Command(Deno.execPath(), options).output();
    return { code, said: new TextDecoder().decode(stderr) };
  };
  const entry = join(folder, "supabase/functions/mail/index.ts");
  try {
    await copyProject(folder);
    assert.equal((await run("--check")).code, 0);
    await Deno.mkdir(join(folder, "packs/harbour/functions/mail"), { recursive: true });
    await Deno.writeTextFile(join(folder, "packs/harbour/functions/mail/index.ts"), "export default {};\n");
    assert.equal((await run("--check")).code, 1);
    assert.equal((await run()).code, 0);
    assert.match(await Deno.readTextFile(entry), /from "\.\.\/\.\.\/\.\.\/packs\/harbour\/functions\/mail\/index\.ts"/);
    assert.match(await Deno.readTextFile(join(folder, "supabase/config.toml")), /^\[functions\.mail\]$/m);
    assert.equal((await run("--check")).code, 0);

    await Deno.remove(join(folder, "packs/harbour"), { recursive: true });
    const { code, said } = await run("--check");
    assert.deepEqual([code, /supabase\/functions\/mail is of a pack that is gone/.test(said)], [1, true]);
    assert.equal((await run()).code, 0);
    await assert.rejects(Deno.stat(entry), Deno.errors.NotFound);

    await Deno.mkdir(join(folder, "packs/harbour/functions/analytics"), { recursive: true });
    await Deno.writeTextFile(join(folder, "packs/harbour/functions/analytics/index.ts"), "export default {};\n");
    assert.match((await run()).said, /Pack harbour has a function "analytics", as the core has: rename/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
