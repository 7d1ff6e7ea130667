import type { Check } from "./check.ts";
import { statementTimeout } from "./command_limits.ts";
import { type Finding, literal } from "./finding.ts";
import { roleTimeouts } from "./limits.ts";
import type { Job, Patient } from "./patient.ts";
import { calledIn, type Refresh, refreshesIn } from "./refreshes.ts";

/** Faults of jobs that refresh materialized views, found before the jobs run. */
export const refreshes: Check = {
  name: "refreshes",
  kinds: ["not_refreshable", "unpopulated", "bundled_refreshes", "unset_timeout"],
  async run(patient) {
    const limitOf = await roleTimeouts(patient);
    const found: Finding[] = [];
    for (const job of patient.jobs) {
      const refreshed = [...refreshesIn(job.command), ...(await refreshesInFunctions(patient, job))];
      if (refreshed.length === 0) continue;
      found.push(
        ...withoutLimit(job, limitOf(job.username)),
        ...bundled(job, refreshed),
        ...(await unfit(patient, job, refreshed)),
      );
    }
    return found;
  },
};

async function refreshesInFunctions({ session }: Patient, job: Job): Promise<Refresh[]> {
  const called = calledIn(job.command);
  // Freshet's jobs refresh one view each. A procedure that commits in between is not one transaction.
  const rows = await session`
    select distinct p.oid, p.prosrc
    from unnest(${called.map(({ schema }) => schema)}::text[], ${
    called.map(({ name }) => name)
  }::text[]) as c (schema, name)
    join pg_proc as p on p.proname = c.name
    join pg_namespace as n on n.oid = p.pronamespace and n.nspname = coalesce(c.schema, n.nspname)
    where n.nspname not in ('analytics', 'freshet', 'pg_catalog', 'cron')
      and p.prosrc ~* 'refresh\\s+materialized\\s+view' and p.prosrc !~* '\\mcommit\\M'`;
  return rows.flatMap((row) => refreshesIn(String(row["prosrc"])));
}

/**
 * Refreshes without a time limit of their own: the role's default applies, two minutes on Supabase, elsewhere often
 * none.
 */
function withoutLimit(job: Job, limit: number): Finding[] {
  if (statementTimeout(job.command) !== null) return [];
  return [{
    kind: "unset_timeout",
    subject: job.name,
    job: job.name,
    schedule: job.schedule,
    message: limit > 0
      ? `it refreshes without a limit of its own: that of its role, ${limit} s, cancels it when the view has grown`
      : "it refreshes without a limit of its own, and its role has none: one that hangs hangs for ever",
    repair:
      `select cron.alter_job(jobid, command := 'set statement_timeout = ''10min''; set lock_timeout = ''5s''; ' || command)\n` +
      `from cron.job where jobid = ${job.jobid};`,
  }];
}

function bundled(job: Job, refreshed: readonly Refresh[]): Finding[] {
  const views = [...new Map(refreshed.map((refresh) => [refresh.view, refresh])).values()];
  if (views.length < 2) return [];
  const apart = views.map(({ view, is_concurrent }) =>
    `select cron.schedule('refresh-${view.replace(/["']/g, "")}', ${literal(job.schedule)}, ` +
    `$$set statement_timeout = '10min'; set lock_timeout = '5s'; ` +
    `refresh materialized view ${is_concurrent ? "concurrently " : ""}${view}$$);`
  );
  return [{
    kind: "bundled_refreshes",
    subject: job.name,
    job: job.name,
    schedule: job.schedule,
    message: `it refreshes ${views.length} views in one transaction (${
      views.map(({ view }) => view).join(", ")
    }): one error rolls back all`,
    repair: [...apart, `select cron.unschedule(${job.jobid});`].join("\n"),
  }];
}

async function unfit({ session }: Patient, job: Job, refreshed: readonly Refresh[]): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const { view, is_concurrent } of refreshed) {
    const [row] = await session`
      select c.relkind = 'm' as is_view, c.relispopulated as is_populated,
        exists (
          select from pg_index as i
          where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null
            and not (0 = any (i.indkey::int2[]))
        ) as has_key
      from pg_class as c
      where c.oid = to_regclass(${view})`;
    const about = { subject: view, view, job: job.name, schedule: job.schedule };
    if (row?.["is_view"] !== true) {
      found.push({
        ...about,
        kind: "not_refreshable",
        message: `job "${job.name}" refreshes it, and there is no such materialized view`,
        repair: `select cron.unschedule(${job.jobid});`,
      });
    } else if (is_concurrent && row["has_key"] !== true) {
      found.push({
        ...about,
        kind: "not_refreshable",
        message:
          `job "${job.name}" refreshes it concurrently, and it has no plain unique index (not partial, not over expressions, valid)`,
        repair: `create unique index on ${view} (…); -- the columns that make a row unique`,
      });
    } else if (is_concurrent && row["is_populated"] !== true) {
      found.push({
        ...about,
        kind: "unpopulated",
        message: `it holds no data: every read of it fails, and so does the concurrent refresh of job "${job.name}"`,
        repair: `refresh materialized view ${view};`,
      });
    }
  }
  return found;
}
