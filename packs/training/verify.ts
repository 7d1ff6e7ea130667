import { momentBefore } from "../../tools/verify/moment.ts";
import { type PackSubject, tracedBy } from "../../tools/verify/subject.ts";

const ORG = 1;
const USER = 2;
const SCENARIO = 3;
const ATTEMPT = 4;
const ASSIGNMENT = 5;
const USERS = 50;
const SCENARIOS = 10;
/** Ten people with ten scenarios each. */
const ASSIGNMENTS = 100;

/** One organisation of 50 people with text ids; 10 scenarios, attempts over half a year, some assignments. */
export const subject: PackSubject = {
  pack: "training",
  tables: [
    {
      name: "orgs",
      count: 1,
      row: ({ id }, number) => ({ id: id(ORG, number), name: "Synthetic organisation of a verification run" }),
    },
    {
      name: "users",
      count: USERS,
      row: ({ id }, number) => ({ id: id(USER, number), name: "Synthetic person of a verification run" }),
    },
    {
      name: "org_members",
      key: "user_id",
      count: USERS,
      row: ({ id }, number) => ({ user_id: id(USER, number), org_id: id(ORG, 0) }),
    },
    {
      name: "scenarios",
      count: SCENARIOS,
      row: ({ id }, number) => ({
        id: id(SCENARIO, number),
        org_id: id(ORG, 0),
        title: "Synthetic scenario of a verification run",
      }),
    },
    {
      name: "scenario_attempts",
      count: "rows",
      row: ({ now, id }, number) => {
        const started_at = momentBefore(now, { number, days: 182 });
        return {
          id: id(ATTEMPT, number),
          org_id: id(ORG, 0),
          user_id: id(USER, number % USERS),
          scenario_id: id(SCENARIO, number % SCENARIOS),
          status: "completed",
          score: (number * 23) % 101,
          duration_seconds: 60 + number % 3_000,
          started_at,
          ended_at: started_at,
        };
      },
    },
    {
      name: "assignments",
      count: ASSIGNMENTS,
      row: ({ now, id }, number) => ({
        id: id(ASSIGNMENT, number),
        org_id: id(ORG, 0),
        scenario_id: id(SCENARIO, number % SCENARIOS),
        assignee_id: id(USER, Math.floor(number / SCENARIOS) % USERS),
        assigned_at: momentBefore(now, { number, days: 182 }),
      }),
    },
  ],
  views: [
    {
      view: "mv_org_activity_day",
      trace: tracedBy("org_id"),
      counts: { column: "started_count", table: "scenario_attempts" },
    },
    {
      view: "mv_user_activity_day",
      trace: tracedBy("org_id"),
      counts: { column: "attempts_count", table: "scenario_attempts" },
    },
    { view: "mv_org_overview", trace: tracedBy("org_id") },
    { view: "mv_leaderboard_month", trace: tracedBy("org_id") },
    { view: "mv_scenario_days", trace: tracedBy("org_id") },
    { view: "mv_scenario_insights", trace: tracedBy("org_id") },
    { view: "mv_assignment_status", trace: tracedBy("org_id") },
  ],
};
