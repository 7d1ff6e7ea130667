-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

alter table analytics.retention drop constraint if exists retention_history_check;

alter table analytics.retention add constraint retention_history_check CHECK ((history = ANY (ARRAY['runs'::text, 'refresh_log'::text, 'refresh_requests'::text, 'http_calls'::text, 'outbox'::text, 'incidents'::text, 'access_log'::text, 'export_jobs'::text])));

-- supabase/schemas/audit/purge/purge_history.sql

-- Object: freshet.purge_history()
-- Why: the histories here grow for ever, and pg_cron's has no purge of its own. Each call deletes at most a batch of
--      each, so that no lock, no transaction and no replica waits for long; the next call deletes the rest.
create or replace function freshet.purge_history()
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    rule analytics.retention;
    deleted jsonb := '{}'::jsonb;
begin
    -- Two at once would only wait for each other's rows.
    if not pg_try_advisory_xact_lock(hashtextextended('freshet.purge', 0)) then
        return deleted;
    end if;
    for rule in
        -- Alerts before the incidents that they are about.
        select r.* from analytics.retention as r order by r.history = 'incidents', r.history
    loop
        deleted := deleted || jsonb_build_object(rule.history, case rule.history
            when 'runs' then freshet.purge_runs(rule) + freshet.purge_worker_runs(rule.batch_size)
            when 'refresh_log' then freshet.purge_refresh_log(rule.keep_for, rule.batch_size)
            when 'refresh_requests' then freshet.purge_refresh_requests(rule.keep_for, rule.batch_size)
            when 'http_calls' then freshet.purge_http_calls(rule.keep_for, rule.batch_size)
            when 'outbox' then freshet.purge_outbox(rule.keep_for, rule.batch_size)
            when 'incidents' then freshet.purge_incidents(rule.keep_for, rule.batch_size)
            when 'access_log' then freshet.purge_access_log(rule.keep_for, rule.batch_size)
            when 'export_jobs' then freshet.purge_export_jobs(rule.keep_for, rule.batch_size)
        end);
    end loop;
    return deleted;
end
$$;

-- supabase/schemas/audit/purge/retention.sql

comment on column analytics.retention.history is
    'runs: cron.job_run_details; refresh_log: the ledger; refresh_requests: finished requests; http_calls: settled calls; outbox: delivered alerts; incidents: closed ones; access_log: who read whose rows; export_jobs: exports whose object is gone.';

insert into analytics.retention (history, keep_for)
values
    ('runs', '14 days'),
    ('refresh_log', '90 days'),
    ('http_calls', '30 days'),
    ('outbox', '30 days'),
    ('incidents', '365 days'),
    ('refresh_requests', '30 days'),
    ('access_log', '2 years'),
    ('export_jobs', '7 days')
on conflict (history) do update set keep_for = excluded.keep_for;

reset check_function_bodies;
