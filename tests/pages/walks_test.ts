// Every walk through the pages, those of the packs and those of app/, in Chromium: one product with the sample and one
// browser for all of them.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { projectFolder, spread } from "../../tools/pack_folders.ts";
import { proofs } from "../support/random/proofs.ts";
import { clearStage, setStage } from "../support/rigs/pages_stage.ts";
import { CELLS, SAMPLE } from "./walks/matrix/cells.ts";
import { walkEveryPage } from "./walks/matrix/every_page.ts";

for (const folder of await spread(["packs/*/tests/pages", "tests/pages/walks"])) {
  const names = await readdir(join(projectFolder, folder), { recursive: true });
  for (const name of names.filter((name) => name.endsWith("_walk.ts")).sort()) {
    await import(pathToFileURL(join(projectFolder, folder, name)).href);
  }
}
walkEveryPage(proofs(SAMPLE.length, CELLS.length) === CELLS.length ? CELLS : SAMPLE);

Deno.test.beforeAll(setStage);
Deno.test.afterAll(clearStage);
