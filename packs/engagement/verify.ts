import { momentBefore } from "../../tools/verify/moment.ts";
import { type PackSubject, tracedBy } from "../../tools/verify/subject.ts";

const TRACK = 1;
const LEARNER = 2;
const QUIZ = 3;
const QUESTION = 4;
const SESSION = 5;
const ATTEMPT = 6;
const REVIEW = 7;
const EXPLANATION = 8;
const TRACKS = 10;
const LEARNERS = 200;

/** 200 learners on 10 tracks; mostly quiz attempts, with a few rows in each other table. */
export const subject: PackSubject = {
  pack: "engagement",
  tables: [
    {
      name: "tracks",
      count: TRACKS,
      row: ({ id }, number) => ({ id: id(TRACK, number), title: "Synthetic track of a verification run" }),
    },
    {
      name: "learning_sessions",
      count: 1_000,
      row: ({ now, id }, number) => ({
        id: id(SESSION, number),
        user_id: id(LEARNER, number % LEARNERS),
        track_id: id(TRACK, number % TRACKS),
        started_at: momentBefore(now, { number, days: 60 }),
        duration_seconds: 60 + number % 3_000,
      }),
    },
    {
      name: "quiz_attempts",
      count: "rows",
      row: ({ now, id }, number) => {
        const started_at = momentBefore(now, { number, days: 60 });
        return {
          id: id(ATTEMPT, number),
          user_id: id(LEARNER, number % LEARNERS),
          track_id: id(TRACK, number % TRACKS),
          quiz_id: id(QUIZ, number % 30),
          started_at,
          completed_at: number % 4 === 0 ? null : started_at,
          score: (number * 23) % 101,
          duration_ms: number % 5 === 0 ? null : (number * 7_919) % 600_000,
        };
      },
    },
    {
      name: "review_sessions",
      count: 1_000,
      row: ({ now, id }, number) => ({
        id: id(REVIEW, number),
        user_id: id(LEARNER, number % LEARNERS),
        started_at: momentBefore(now, { number, days: 60 }),
        cards_reviewed_count: number % 40,
      }),
    },
    {
      name: "explanation_views",
      count: 1_000,
      row: ({ now, id }, number) => ({
        id: id(EXPLANATION, number),
        user_id: id(LEARNER, number % LEARNERS),
        question_id: id(QUESTION, number % 25),
        viewed_at: momentBefore(now, { number, days: 60 }),
        dwell_ms: (number * 7_919) % 90_000,
      }),
    },
  ],
  views: [
    {
      view: "active_learning_days",
      trace: tracedBy("user_id"),
      counts: { column: "quiz_attempts_count", table: "quiz_attempts" },
    },
    { view: "popular_tracks", trace: tracedBy("track_id") },
    { view: "streak_dropoffs", reads: ["active_learning_days"], trace: null },
    {
      view: "quiz_completion_rates",
      trace: tracedBy("track_id"),
      counts: { column: "started_count", table: "quiz_attempts" },
    },
    { view: "review_session_usage", trace: null },
    { view: "explanation_engagement", trace: tracedBy("question_id") },
    {
      view: "summary_stats",
      reads: ["active_learning_days", "streak_dropoffs", "quiz_completion_rates"],
      trace: null,
    },
  ],
};
