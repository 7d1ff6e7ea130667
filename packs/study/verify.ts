import { momentBefore } from "../../tools/verify/moment.ts";
import type { PackSubject } from "../../tools/verify/subject.ts";

const TOPIC = 1;
const LEARNER = 2;
const QUESTION = 3;
const ANSWER = 4;
const TOPICS = 10;

/** Answers of 200 learners to 400 questions of 10 topics. The pack has no materialized view: jobs keep its tables. */
export const subject: PackSubject = {
  pack: "study",
  tables: [
    {
      name: "topics",
      count: TOPICS,
      row: ({ run, id }, number) => ({ id: id(TOPIC, number), name: `Topic ${number} of verification run ${run}` }),
    },
    {
      name: "question_attempts",
      key: "event_id",
      count: "rows",
      row: ({ now, id }, number) => ({
        event_id: id(ANSWER, number),
        user_id: id(LEARNER, number % 200),
        question_id: id(QUESTION, number % 400),
        topic_id: id(TOPIC, number % TOPICS),
        is_correct: number % 3 !== 0,
        attempted_at: momentBefore(now, { number, days: 60 }),
      }),
    },
  ],
  views: [],
};
