import { momentBefore } from "../../tools/verify/moment.ts";
import { type PackSubject, tracedBy } from "../../tools/verify/subject.ts";

const QUESTION = 1;
const RESPONSE = 2;
const LEARNER = 3;
const QUESTIONS = 40;

/** 40 questions of one recognisable lesion; answers over half a year, one third wrong, some without a duration. */
export const subject: PackSubject = {
  pack: "qbank",
  tables: [
    {
      name: "questions",
      count: QUESTIONS,
      row: ({ run, id }, number) => ({
        id: id(QUESTION, number),
        stem: "Synthetic question of a verification run",
        lesion: `Freshet_verification ${run}`,
        topic: `Topic ${number % 4}`,
      }),
    },
    {
      name: "responses",
      count: "rows",
      row: ({ now, id }, number) => ({
        id: id(RESPONSE, number),
        question_id: id(QUESTION, number % QUESTIONS),
        user_id: id(LEARNER, number % 500),
        is_correct: number % 3 !== 0,
        duration_ms: number % 7 === 0 ? null : 1_000 + (number * 7_919) % 60_000,
        answered_at: momentBefore(now, { number, days: 182 }),
      }),
    },
  ],
  views: [
    {
      view: "analytics_heatmap_agg",
      trace: tracedBy("question_id"),
      counts: { column: "attempts", table: "responses" },
      operators: [
        { name: "analytics_heatmap_admin", effect: "reads" },
        { name: "analytics_refresh_heatmap", effect: "refreshes" },
      ],
    },
    {
      view: "mv_lesion_topic_weeks",
      trace: ({ run }) => [{ column: "lesion", op: "eq", value: `freshet verification ${run}` }],
      counts: { column: "attempts", table: "responses" },
    },
  ],
};
