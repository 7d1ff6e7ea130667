// The tracker of the client knows no pack, so its types of events are written by hand. They are those of the database.
import assert from "node:assert/strict";
import type { TrackedEvent } from "../../../../shared/client/mod.ts";

/** Does not compile with a type too few or too many. */
const TYPES: Readonly<Record<TrackedEvent["event_type"], true>> = {
  session_start: true,
  session_end: true,
  question_view: true,
  question_attempt: true,
  hint_view: true,
  explanation_view: true,
  material_open: true,
  material_progress: true,
  material_complete: true,
  topic_view: true,
  review_start: true,
  review_complete: true,
};

Deno.test("the client can track the types of event that the database accepts, and no other", async () => {
  const sql = await Deno.readTextFile(new URL("../../schema/study_event_types.sql", import.meta.url));
  const [, list = ""] = /select array\[([^\]]*)\]/.exec(sql) ?? [];
  assert.deepEqual([...list.matchAll(/'(\w+)'/g)].map(([, name]) => name), Object.keys(TYPES));
});
