// Walks through the learner's pages in Chromium, on the whole product with the sample: one product and browser for all.
import { clearStage, setStage } from "../../../../tests/support/rigs/pages_stage.ts";
import "./walks/figures_walk.ts";
import "./walks/sources_walk.ts";
import "./walks/topics_walk.ts";
import "./walks/others_walk.ts";
import "./walks/every_page_walk.ts";

Deno.test.beforeAll(setStage);
Deno.test.afterAll(clearStage);
