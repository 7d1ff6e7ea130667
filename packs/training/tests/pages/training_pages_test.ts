// Walks through the pages in Chromium, on the whole product with the sample: one product and one browser for all.
import { clearStage, setStage } from "../../../../tests/support/rigs/pages_stage.ts";
import "./walks/trainee_walk.ts";
import "./walks/manager_walk.ts";
import "./walks/admin_walk.ts";
import "./walks/sources_walk.ts";
import "./walks/every_page_walk.ts";
import "./walks/session_walk.ts";
import "../../../../tests/pages/walks/console_walk.ts";
import "./walks/try_walk.ts";

Deno.test.beforeAll(setStage);
Deno.test.afterAll(clearStage);
