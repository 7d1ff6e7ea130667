import postgres from "postgres";

/** Every table in which a deployment stores times. */
const TABLES = [
  "analytics.audit_state",
  "analytics.known_jobs",
  "analytics.open_runs",
  "analytics.findings",
  "analytics.incidents",
  "analytics.outbox",
  "analytics.job_slots",
  "analytics.job_pace",
  "analytics.struck_jobs",
  "analytics.http_calls",
  "analytics.refresh_requests",
  "analytics.refresh_request_views",
  "analytics.alert_channels",
  "analytics.scheduled_jobs",
  "analytics.views",
  "analytics.refresh_log",
  "cron.job_run_details",
  "net._http_response",
] as const;

/** pg_net deletes an answer after this time. */
const ANSWERS_KEPT = "6 hours";

/** A superuser connection without the notices of truncate. */
export function connectSuperuser(url: string): postgres.Sql {
  return postgres(url, { max: 1, onnotice: () => {} });
}

/** Moves all stored times back by the interval, as if that time had passed without any run. */
export async function letPass(admin: postgres.Sql, interval: string): Promise<void> {
  const columns = await admin<{ table: string; columns: string[] }[]>`
    select c.table_schema || '.' || c.table_name as table, array_agg(quote_ident(c.column_name)) as columns
    from information_schema.columns as c
    where c.data_type = 'timestamp with time zone' and c.table_schema || '.' || c.table_name = any (${[...TABLES]})
    group by 1`;
  await admin.begin(async (transaction) => {
    for (const { table, columns: moments } of columns) {
      const changes = moments.map((column) => `${column} = ${column} - interval '${interval}'`).join(", ");
      await transaction.unsafe(`update ${table} set ${changes}`);
    }
    await transaction`delete from net._http_response where created < now() - ${ANSWERS_KEPT}::interval`;
  });
}

/** Resets the database to its state directly after the migrations. */
export async function forgetDeployment(admin: postgres.Sql): Promise<void> {
  await admin.unsafe(`
    truncate analytics.outbox, analytics.incidents, analytics.findings, analytics.open_runs, analytics.known_jobs,
      analytics.job_slots, analytics.job_pace, analytics.struck_jobs, analytics.view_watch, analytics.http_calls,
      analytics.job_monitors, analytics.refresh_log, cron.job_run_details, net._http_response, net.http_request_queue;
    delete from vault.secrets where name !~ '^freshet_';
    delete from cron.job where jobname like 'probe%';
    delete from analytics.scheduled_jobs where job_name like 'probe%';
    delete from analytics.audit_state;
    insert into analytics.audit_state (system_identifier, history_relation, low_runid)
    values (freshet.system_identifier(), 'cron.job_run_details'::regclass, 0);
    update analytics.alert_channels
    set state = 'untried', detail = null, checked_at = null, events_not_before = '-infinity', check_ins_not_before = '-infinity';
    update analytics.views
    set registered_at = now(), refreshed_at = null, verified_at = null, source_snapshot = null, row_count = null;
  `).simple();
  // Reverse order of dependency, so that no view is emptied while another still reads it.
  const views = await admin`
    select o.view_name, c.relkind = 'm' as is_materialized
    from freshet.refresh_order() as o
    join pg_class as c on c.oid = format('analytics.%I', o.view_name)::regclass
    order by o.depth desc`;
  for (const { view_name, is_materialized } of views) {
    const view = `analytics."${view_name}"`;
    await admin.unsafe(is_materialized ? `refresh materialized view ${view} with no data` : `truncate ${view}`);
  }
}
