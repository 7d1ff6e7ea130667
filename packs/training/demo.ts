import type postgres from "postgres";
import type { PackDemo } from "../../stack/pack_demo.ts";
import { demoTrainingOrg, demoTrainingUsers, plantDemoTraining } from "./demo/rows.ts";

function claims(org_role: string): Readonly<Record<string, string>> {
  return { org_id: demoTrainingOrg, org_role };
}

async function isPlanted(sql: postgres.Sql): Promise<boolean> {
  const [manager] = await sql`
    select from public.org_members as m where m.org_id = ${demoTrainingOrg} and m.role = 'manager' limit 1`;
  return manager !== undefined;
}

/** An administrator, a manager and a trainee of one organisation. */
export const demo: PackDemo = {
  people: [
    {
      name: "org_admin",
      title: "organisation's admin",
      subject: demoTrainingUsers.org_admin,
      claims: claims("admin"),
    },
    { name: "manager", title: "manager", subject: demoTrainingUsers.manager, claims: claims("manager") },
    { name: "trainee", title: "trainee", subject: demoTrainingUsers.trainee, claims: claims("trainee") },
  ],
  mailEvents: "digest-replies/events",
  clerkEvents: "clerk-webhook",
  sample: {
    async state(sql) {
      const [table] = await sql`select to_regclass('public.scenario_attempts') is not null as exists`;
      if (table?.exists !== true) return "absent";
      const [held] = await sql`select not exists (select from public.scenario_attempts) as is_empty`;
      return held?.is_empty === true ? "empty" : "own";
    },
    complete: plantDemoTraining,
  },
  async firstMail(sql) {
    if (!await isPlanted(sql)) return null;
    return {
      what: "the (made-up) manager's digest of a week of the sample",
      statements: ["select analytics.switch_weekly_digest(true)", "select analytics.send_weekly_digest('2013-07-01')"],
    };
  },
  async lines(sql) {
    if (!await isPlanted(sql)) return [];
    return [
      {
        what: "A module's overview in the training pack, as its (made-up) administrator sees it",
        path: "/training/org-overview",
        as: "org_admin",
      },
      {
        what: "The best scores of May 2013 among a (made-up) manager's people",
        path: "/training/leaderboard?month=2013-05",
        as: "manager",
      },
      {
        what: "The open (made-up) assignments of a trainee, who is a real student",
        path: "/training/me/assignments",
        as: "trainee",
      },
    ];
  },
};
