/** What every pack has, by being a folder in packs/: a new one is tested without a line of its own. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fullName } from "../../shared/resource/resource.ts";
import { packNames, projectFolder, spread } from "../../tools/pack_folders.ts";
import { resources } from "../../tools/resources.ts";
import { packs } from "../../tools/verify/find_subject.ts";

const REQUIRED = ["README.md", "resources", "schema", "tests", "verify.ts"];

/** Nothing else, so that each kind of thing has one place. */
const KNOWN = [...REQUIRED, "bench", "bi", "demo", "demo.ts", "functions", "pack.json", "pages", "samples"];

for (const pack of packNames()) {
  const home = join(projectFolder, "packs", pack);

  Deno.test(`the pack ${pack} has a README, resources, a schema, tests and a verification, and nothing without a name`, async () => {
    const names = await readdir(home, { withFileTypes: true });
    for (const required of REQUIRED) assert.ok(names.some(({ name }) => name === required), `it lacks ${required}`);
    const odd = names.filter((entry) => !KNOWN.includes(entry.name) && !(entry.isFile() && entry.name.endsWith(".ts")));
    assert.deepEqual(odd.map(({ name }) => name), []);
  });

  Deno.test(`the README of the pack ${pack} has its tables, views, resources and decisions`, async () => {
    const readme = await readFile(join(home, "README.md"), "utf8");
    const sections = [...readme.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    const names = await readdir(home);
    const pages = names.includes("pages") ? ["Pages"] : [];
    const functions = names.includes("functions") ? ["Functions"] : [];
    assert.deepEqual(sections, ["Tables", "Views", "Resources", ...pages, ...functions, "Decisions"]);
    const [, listed = ""] = readme.split("\n## Resources\n");
    const served = resources.filter((resource) => resource.pack === pack).map((resource) => `/${fullName(resource)}`);
    const rows = [...listed.matchAll(/^\| `(\/[^`]+)` \|/gm)].map(([, path]) => path);
    assert.deepEqual(rows.sort(), served.sort());
  });

  Deno.test(`verify.ts of the pack ${pack} is about it, and every view that it reads comes before`, () => {
    const subject = packs.find((candidate) => candidate.pack === pack) ?? assert.fail(`packs/${pack}/verify.ts`);
    assert.ok(subject.tables.some(({ count }) => count === "rows"), "no table has the many rows");
    const names = subject.views.map(({ view }) => view);
    for (const [place, { reads = [] }] of subject.views.entries()) {
      for (const read of reads) assert.ok(names.indexOf(read) >= 0 && names.indexOf(read) < place, read);
    }
  });
}

Deno.test("a pack's tests stand where a suite looks for them", async () => {
  const { suites } = await import("../../tools/test/suites.ts");
  const paths = [...suites.flatMap((suite) => suite.paths), "packs/*/tests/sql", "packs/*/tests/support"];
  for (const folder of await spread(["packs/*/tests"])) {
    for (const kind of await readdir(join(projectFolder, folder))) {
      assert.ok(paths.includes(`packs/*/tests/${kind}`), `no suite runs ${folder}/${kind}`);
    }
  }
});
