import type postgres from "postgres";

/** By page, the filters with which the sample has rows, for tests of all pages. */
export async function filters(sql: postgres.Sql): Promise<Record<string, string>> {
  const [org] = await sql`select m.org_id from public.org_members as m where m.user_id = 'demo-manager'`;
  const all = `days=90&to=2013-05-31&org=${org?.["org_id"]}`;
  return { admin: all, kpi: all, manager: all, trainee: all };
}
