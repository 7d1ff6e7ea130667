-- What operators poll costs the same however long the histories are. The scheduler runs meanwhile: one snapshot keeps its runs out.
begin isolation level repeatable read;
select plan(7);

insert into analytics.refresh_log (view_name, requested_by, started_at, finished_at, outcome)
select v.view_name, 'schedule', now() - n * interval '1 minute', now() - n * interval '1 minute', 'refreshed'
from generate_series(1, 3000) as n, (select view_name from analytics.views order by view_name limit 2) as v;
insert into analytics.refresh_log (view_name, requested_by, started_at, finished_at, outcome)
select 'mv_gone', 'schedule', now(), now(), 'refreshed' from generate_series(1, 30000);
insert into cron.job_run_details (runid, jobid, status, start_time, end_time)
select (select coalesce(max(d.runid), 0) from cron.job_run_details as d) + n, (select min(j.jobid) from cron.job as j), 'succeeded', now(), now()
from generate_series(1, 60000) as n;
insert into analytics.incidents (epoch, kind, subject, severity, opened_at, first_seen_at, last_seen_at, occurrence_count, evidence, announced_at)
select 1, 'failed', 'probe ' || n, 'error', now(), now(), now(), 1, '{}', now() from generate_series(1, 5000) as n;
insert into analytics.outbox (event_id, incident_id, transition, payload, state, delivered_at)
select md5(i.incident_id::text), i.incident_id, 'opened', '{}', 'delivered', now() from analytics.incidents as i where i.subject like 'probe %';
update analytics.outbox set state = 'delivered', delivered_at = now() where state <> 'delivered';
analyze analytics.refresh_log, cron.job_run_details, analytics.outbox;

-- Rows that this transaction has read of a table, by a scan of it and by its indexes.
create function pg_temp.scanned(relation regclass) returns bigint language sql as $$
    select s.seq_tup_read from pg_stat_xact_all_tables as s where s.relid = relation;
$$;
create function pg_temp.fetched(relation regclass) returns bigint language sql as $$
    select s.idx_tup_fetch from pg_stat_xact_all_tables as s where s.relid = relation;
$$;
create temporary table before as
select r::regclass as relation, pg_temp.scanned(r::regclass) as scanned, pg_temp.fetched(r::regclass) as fetched
from unnest(array['analytics.refresh_log', 'cron.job_run_details', 'analytics.outbox']) as r;

select is(jsonb_array_length(analytics.list_views(page_size => 2) -> 'rows'), 2, 'two views are listed');
select is(jsonb_array_length(analytics.list_jobs(page_size => 200) #> '{rows,0,recent_runs}') >= 0, true, 'and jobs');
select is(analytics.list_outbox(state => 'undelivered') -> 'rows', '[]', 'and what waits');
select is_empty(
    $$ select b.relation from before as b where pg_temp.scanned(b.relation) > b.scanned $$, 'no history was scanned'
);
select cmp_ok(
    (select pg_temp.fetched(b.relation) - b.fetched from before as b where b.relation = 'analytics.refresh_log'::regclass), '<=', 2100::bigint,
    'of the ledger at most a thousand attempts of each view were read'
);
select cmp_ok(
    (select pg_temp.fetched(b.relation) - b.fetched from before as b where b.relation = 'cron.job_run_details'::regclass), '<=', 20200::bigint,
    'of pg_cron''s history the newest 20,000 runs'
);
select cmp_ok(
    (select pg_temp.fetched(b.relation) - b.fetched from before as b where b.relation = 'analytics.outbox'::regclass), '<=', 100::bigint,
    'and of the outbox what waits'
);

select * from finish();
rollback;
