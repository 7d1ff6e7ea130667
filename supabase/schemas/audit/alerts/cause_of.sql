-- Object: freshet.cause_of()
-- Why: decides for each incident that has just opened whether another one stands for it. An incident without a cause is
--      announced, and so is one that outlives its cause.
create function freshet.cause_of(incident analytics.incidents)
returns setof bigint
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    -- An incident about no job is about pg_cron itself.
    about constant text[] := case
        when incident.job_name is null and jsonb_typeof(incident.evidence -> 'jobs') = 'array' and incident.evidence -> 'jobs' <> '[]'
            then array(select jsonb_array_elements_text(incident.evidence -> 'jobs'))
        else array[incident.job_name]
    end;
begin
    return query
    -- Cheap conditions first: hundreds of incidents may open in one pass.
    with candidate as materialized (
        select r.reach, r.rank, c.incident_id, c.cause_id
        from analytics.alert_causes as r
        join analytics.incidents as c on c.kind = r.cause and c.closed_at is null
        where r.kind = incident.kind
            and c.incident_id <> incident.incident_id
            and (
                r.reach not in ('job', 'once')
                or c.job_name = incident.job_name
                or r.reach = 'once' and (c.job_name is null or c.kind = 'restarted')
            )
    )
    select c.incident_id
    from candidate as r
    join analytics.incidents as c on c.incident_id = r.incident_id
    left join analytics.incidents as root on root.incident_id = c.cause_id
    where freshet.severity_rank(c.severity) >= freshet.severity_rank(incident.severity)
        -- An incident that is announced, or is about to be.
        and root.closed_at is null
        and not freshet.is_muted(c)
        -- Each job of the incident was struck, and would have run again one period later. A pass finds that run five
        -- minutes after it.
        and not exists (
            select
            from unnest(about) as j (job)
            where coalesce(
                incident.opened_at > freshet.last_strike(c, r.reach, j.job) + freshet.usual_period(j.job) + interval '5 minutes',
                true
            )
        )
    order by r.rank, c.incident_id
    limit 1;
end
$$;

revoke all on function freshet.cause_of(analytics.incidents) from public, anon, authenticated;

comment on function freshet.cause_of(analytics.incidents) is
    'The open incident that caused this one, by its reach; no row when none did.';
