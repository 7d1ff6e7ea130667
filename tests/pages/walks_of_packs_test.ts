// The walks packs/<pack>/tests/pages/<name>_walk.ts: one product with the sample and one browser for all of them.
import { projectFolder, spread } from "../../tools/pack_folders.ts";
import { clearStage, setStage } from "../support/rigs/pages_stage.ts";

for (const folder of await spread(["packs/*/tests/pages"])) {
  for (const { name } of Deno.readDirSync(`${projectFolder}/${folder}`)) {
    if (name.endsWith("_walk.ts")) await import(new URL(`../../${folder}/${name}`, import.meta.url).href);
  }
}

Deno.test.beforeAll(setStage);
Deno.test.afterAll(clearStage);
