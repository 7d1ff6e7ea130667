// Every walk through the pages, those of the packs and those of app/, in Chromium: one product with the sample and one
// browser for all of them.
import { projectFolder, spread } from "../../tools/pack_folders.ts";
import { proofs } from "../support/random/proofs.ts";
import { clearStage, setStage } from "../support/rigs/pages_stage.ts";
import { CELLS, SAMPLE } from "./walks/matrix/cells.ts";
import { walkEveryPage } from "./walks/matrix/every_page.ts";

for (const folder of await spread(["packs/*/tests/pages", "tests/pages/walks"])) {
  for (const path of walksIn(folder)) await import(`file://${projectFolder}${path}`);
}
walkEveryPage(proofs(SAMPLE.length, CELLS.length) === CELLS.length ? CELLS : SAMPLE);

Deno.test.beforeAll(setStage);
Deno.test.afterAll(clearStage);

function walksIn(folder: string): string[] {
  return [...Deno.readDirSync(`${projectFolder}${folder}`)].sort((left, right) => left.name < right.name ? -1 : 1)
    .flatMap(({ name, isDirectory }) =>
      isDirectory ? walksIn(`${folder}/${name}`) : name.endsWith("_walk.ts") ? [`${folder}/${name}`] : []
    );
}
