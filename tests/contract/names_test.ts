/** A page shows names: beside each id that a resource serves is the name of what it identifies. */
import assert from "node:assert/strict";
import { fullName } from "../../shared/resource/resource.ts";
import { resources } from "../../tools/resources.ts";

/** Ids of what has a name, with the columns of which one holds it, and those that stand beside it. */
const NAMES: Readonly<Record<string, { readonly one_of: readonly string[]; readonly beside?: readonly string[] }>> = {
  agent_id: { one_of: ["agent_name", "name"] },
  challenge_id: { one_of: ["challenge_title", "title"] },
  manager_id: { one_of: ["manager_name"] },
  question_id: { one_of: ["question_text"] },
  scenario_id: { one_of: ["scenario_title", "title"], beside: ["difficulty", "category"] },
  team_id: { one_of: ["name"] },
  track_id: { one_of: ["track_title", "title"] },
  user_id: { one_of: ["user_name", "name"] },
};

/** Ids that need no name, each with the reason. */
const WITHOUT: Readonly<Record<string, string>> = {
  "engagement/active-learning-days user_id": "its tables have no names of learners",
  "study/questions/history question_id": "its questions have no table: an answer names them",
  "study/reviews/due question_id": "its questions have no table: an answer names them",
  "training/me/score-trend user_id": "it is the caller",
  "training/tasks manager_id": "it is the caller, or the manager whom an admin asks for",
};

Deno.test("beside each id that a resource serves is a name, and beside a scenario its difficulty and category", () => {
  const nameless = resources.flatMap((resource) => {
    const has = (column: string) => resource.columns.includes(column);
    // The caller, or the one person whom the caller asked for.
    const person = resource.access.scope === "person" ? resource.access.column : null;
    return Object.entries(NAMES)
      .filter(([id]) => id !== person)
      .filter(([id, { one_of, beside = [] }]) => has(id) && !(one_of.some(has) && beside.every(has)))
      .map(([id]) => `${fullName(resource)} ${id}`);
  });
  // A checkout may have left a pack out.
  const served = new Set(resources.map(fullName));
  const expected = Object.keys(WITHOUT).filter((column) => served.has(column.split(" ")[0] ?? ""));
  assert.deepEqual(nameless.sort(), expected.sort());
});
