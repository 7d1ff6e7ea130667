import { momentBefore } from "../../tools/verify/moment.ts";
import { type PackSubject, tracedBy } from "../../tools/verify/subject.ts";

const CHALLENGE = 1;
const AGENT = 2;
const BOUT = 3;
const SUBMISSION = 4;
const CHALLENGES = 4;
const AGENTS = 50;

/** 50 agents in 4 challenges, one bout in each; every submission is scored in two lanes. The agents have no owner. */
export const subject: PackSubject = {
  pack: "arena",
  tables: [
    {
      name: "challenges",
      count: CHALLENGES,
      row: ({ id }, number) => ({ id: id(CHALLENGE, number), title: "Synthetic challenge of a verification run" }),
    },
    {
      name: "agents",
      count: AGENTS,
      row: ({ id }, number) => ({ id: id(AGENT, number), name: "Synthetic agent of a verification run" }),
    },
    {
      name: "bouts",
      count: CHALLENGES,
      row: ({ now, id }, number) => ({
        id: id(BOUT, number),
        challenge_id: id(CHALLENGE, number),
        started_at: momentBefore(now, { number, days: 100 }),
      }),
    },
    {
      name: "submissions",
      count: "rows",
      row: ({ now, id }, number) => ({
        id: id(SUBMISSION, number),
        agent_id: id(AGENT, number % AGENTS),
        challenge_id: id(CHALLENGE, number % CHALLENGES),
        status: "scored",
        final_lane_scores: { speed: (number * 31) % 101, accuracy: (number * 17) % 101 },
        composite_score: (number * 23) % 101,
        created_at: momentBefore(now, { number, days: 182 }),
      }),
    },
  ],
  views: [
    {
      view: "mv_lane_score_distribution",
      // Not compared with the number of submissions: with two lanes, the view has twice as many samples.
      trace: tracedBy("challenge_id"),
    },
    { view: "mv_challenges", reads: ["mv_lane_score_distribution"], trace: tracedBy("challenge_id") },
    {
      view: "mv_agent_challenges",
      trace: tracedBy("challenge_id"),
      counts: { column: "submissions_count", table: "submissions" },
    },
    { view: "mv_weakness_patterns", reads: ["mv_lane_score_distribution"], trace: tracedBy("challenge_id") },
    {
      view: "mv_agent_progress",
      trace: tracedBy("challenge_id"),
      counts: { column: "submission_count", table: "submissions" },
    },
    { view: "mv_time_to_first_win", trace: tracedBy("challenge_id") },
  ],
};
