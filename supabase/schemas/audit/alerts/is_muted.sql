-- Object: freshet.is_muted()
-- Why: one deployment that breaks forty views is one piece of news. What has one cause is known by what it looks like: the
--      same kind, and for what a run said of its end the same SQLSTATE and message.
create function freshet.is_muted(incident analytics.incidents)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select exists (
        select
        from analytics.scheduled_jobs as d
        where d.job_name = incident.job_name
            and d.muted_until > clock_timestamp()
            -- Another owner's job of the name is not the one that was muted.
            and d.owner = coalesce(incident.evidence ->> 'owner', d.owner)
    );
$$;

revoke all on function freshet.is_muted(analytics.incidents) from public, anon, authenticated;

comment on function freshet.is_muted(analytics.incidents) is 'Whether nothing is to be told now of the job that the incident is about.';
