import { demoUsers } from "../../stack/demo_users.ts";
import type { PackDemo } from "../../stack/pack_demo.ts";
import { demoLearner, plantDemoStudy } from "./demo/rows.ts";

/**
 * The demo member has the history of a real student: samples/oulad/import/busy_learner.ts. The dataset has days alone, so
 * the made-up learner has what it lacks: sessions with a length, materials, and a curriculum with weights.
 */
export const demo: PackDemo = {
  people: [{ name: "learner", title: "learner", subject: demoLearner, claims: {} }],
  sample: {
    async state(sql) {
      const [table] = await sql`select to_regclass('public.question_attempts') is not null as exists`;
      if (table?.exists !== true) return "absent";
      const [held] = await sql`select not exists (select from public.question_attempts) as is_empty`;
      return held?.is_empty === true ? "empty" : "own";
    },
    /** What the night would compute, so that a first look shows more than zeros. */
    async complete(sql) {
      await plantDemoStudy(sql);
      await sql`call analytics.run_study_batch()`;
    },
  },
  async lines(sql) {
    const [shown] = await sql`
      select from analytics.user_learning_metrics as m where m.user_id = ${demoUsers.member}`;
    if (shown === undefined) return [];
    return [
      {
        what: "The member's dashboard in the study pack: the history of a real student, with shifted dates",
        path: "/study/dashboard",
        as: "member",
      },
      { what: "What the member should learn next, the most urgent first", path: "/study/gaps?limit=5", as: "member" },
      { what: "The questions that are due for a review", path: "/study/reviews/due", as: "member" },
      { what: "The (made-up) learner's mastery of each topic, with its terms", path: "/study/mastery", as: "learner" },
    ];
  },
};
