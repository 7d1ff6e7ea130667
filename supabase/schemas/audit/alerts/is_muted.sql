-- Object: freshet.is_muted()
-- Why: an operator mutes a job during planned work; its incidents are recorded and not announced.
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
            -- Another owner's job of the same name is not the muted one.
            and d.owner = coalesce(incident.evidence ->> 'owner', d.owner)
    );
$$;

revoke all on function freshet.is_muted(analytics.incidents) from public, anon, authenticated;

comment on function freshet.is_muted(analytics.incidents) is
    'Whether alerts about the job of this incident are muted now.';
