import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { keepCurrent } from "../../tools/generated_file.ts";
import { registrySource } from "../../tools/generate_registry.ts";
import { packageName } from "../../tools/module_graph.ts";
import { functionConfig } from "../../tools/sync_function_imports.ts";

Deno.test("the registry loads every resource by its name, out of the file that has it, by a literal path", () => {
  const source = registrySource([
    { pack: "arena", stem: "lane_distributions", name: "arena/lane-distributions" },
    { pack: "study", stem: "heatmap_matrix", name: "study/heatmap/matrix" },
  ]);
  assert.match(
    source,
    /\n {2}"arena\/lane-distributions": async \(\) => \{\n.*"\.\/arena\/resources\/lane_distributions\.ts"\);\n/,
  );
  assert.match(
    source,
    /\n {2}"study\/heatmap\/matrix": .*\n {4}const \{ heatmapMatrix \} = await import\("\.\/study\/resources\/.*\n/,
  );
  assert.doesNotMatch(source, /^import (?!type)/m);
});

Deno.test("a function's import map holds what its graph names, at the root's versions", () => {
  const root = { zod: "npm:zod@4.6.7", jose: "npm:jose@6" };
  const config = functionConfig(root, new Set(["zod", "./a.ts", "../b.ts", "node:crypto"]));
  assert.deepEqual(JSON.parse(config), { imports: { zod: "npm:zod@4.6.7" }, lock: false });
});

Deno.test("a package that the root does not pin is refused with the remedy", () => {
  assert.throws(() => functionConfig({}, new Set(["left-pad"])), /"left-pad" is imported but not pinned: add it/);
});

Deno.test("the check of a generated file goes red when it is out of date, and changes nothing", async () => {
  const folder = await mkdtemp(join(tmpdir(), "freshet-generated-"));
  const path = join(folder, "registry.ts");
  const file = pathToFileURL(path);
  const { error } = console;
  const said: string[] = [];
  console.error = (text: string) => void said.push(text);
  try {
    await writeFile(path, "old");
    assert.equal(await keepCurrent({ file, content: "new", check: true, remedy: "make it" }), false);
    assert.equal(await readFile(path, "utf8"), "old");
    assert.match(said[0] ?? "", /out of date.*Run make it/);
    await writeFile(path, "new");
    assert.equal(await keepCurrent({ file, content: "new", check: true, remedy: "make it" }), true);
  } finally {
    console.error = error;
    await rm(folder, { recursive: true });
  }
});

Deno.test("packageName() knows scopes, versions, sub-paths and built-ins", () => {
  const cases = {
    "zod": "zod",
    "@supabase/server/core": "@supabase/server",
    "npm:csv-stringify@6.9.0/sync": "csv-stringify",
    "npm:/@supabase/server@1.8.1/core": "@supabase/server",
    "node:crypto": "node:crypto",
  };
  for (const [specifier, name] of Object.entries(cases)) assert.equal(packageName(specifier), name);
});
