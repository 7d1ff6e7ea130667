-- Object: freshet.last_strike()
-- Why: a cause reaches the jobs that it struck, for one period of each after its last strike; see
--      analytics.alert_causes.
create function freshet.last_strike(cause analytics.incidents, reach text, job text)
returns timestamptz
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when last_strike.reach = 'struck' then (
            select s.struck_at from analytics.struck_jobs as s where s.kind = cause.kind and s.job_name = last_strike.job
        )
        -- Each pass that still finds it counts as a strike.
        when last_strike.reach = 'lasting' or cause.job_name = last_strike.job then cause.last_seen_at
        when last_strike.reach = 'owner' then case
            when exists (select from freshet.known_cron_jobs() as j where j.job_name = last_strike.job and j.owner = cause.subject)
                then cause.last_seen_at
            else cause.first_seen_at
        end
        when last_strike.reach = 'once' then case
            when cause.kind = 'restarted' then cause.last_seen_at
            -- About no single job: no job was started at all. It stays open until the rarest of them has run.
            when cause.job_name is null then greatest(
                cause.first_seen_at, (select a.scheduler_resumed_at from analytics.audit_state as a)
            )
        end
    end;
$$;

revoke all on function freshet.last_strike(analytics.incidents, text, text) from public, anon, authenticated;

comment on function freshet.last_strike(analytics.incidents, text, text) is
    'When a cause last struck a job (null: an incident about no job), by its reach; null when it did not.';
