-- Object: private.gather_causes() (replaced), private.cause_of()
-- Why: of each incident that has just opened: does another one speak for it? Whatever is not spoken for is told, and what
--      outlives its cause is told too.

create function private.cause_of(incident analytics.incidents)
returns setof bigint
language plpgsql
stable
set search_path = ''
as $$
declare
    -- What is about no job is about pg_cron itself.
    about constant text[] := case
        when incident.job_name is null and jsonb_typeof(incident.evidence -> 'jobs') = 'array' and incident.evidence -> 'jobs' <> '[]'
            then array(select jsonb_array_elements_text(incident.evidence -> 'jobs'))
        else array[incident.job_name]
    end;
begin
    return query
    -- First what costs little to ask: hundreds of incidents may open in one pass.
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
    where private.severity_rank(c.severity) >= private.severity_rank(incident.severity)
        -- One that is told, or is about to be.
        and root.closed_at is null
        and not private.is_muted(c)
        -- Each job that the incident is about was struck, and would have run again a period later. A pass finds it five minutes
        -- after that.
        and not exists (
            select
            from unnest(about) as j (job)
            where coalesce(
                incident.opened_at > private.last_strike(c, r.reach, j.job) + private.usual_period(j.job) + interval '5 minutes',
                true
            )
        )
    order by r.rank, c.incident_id
    limit 1;
end
$$;
revoke all on function private.cause_of(analytics.incidents) from public, anon, authenticated;
comment on function private.cause_of(analytics.incidents) is
    'The open incident that caused this one, by its reach; no row when none did.';

create or replace function private.gather_causes(pass_started_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- A cause that got worse goes on as another incident.
    update analytics.incidents as i
    set cause_id = n.incident_id
    from analytics.incidents as c
    join analytics.incidents as n
        on n.kind = c.kind and n.subject = c.subject and n.incident_id > c.incident_id and (n.closed_at is null or n.announced_at is null)
    where c.incident_id = i.cause_id
        and c.resolution = 'escalated'
        -- What was over before it was named is named by that one.
        and (i.closed_at is null or i.named_at is null);

    -- What outlives its cause speaks for itself, after the time that things may take to come right again; at once where the
    -- cause was none, or is not told after all.
    update analytics.incidents as i
    set cause_id = null, named_at = null
    from analytics.incidents as c
    where c.incident_id = i.cause_id
        and i.closed_at is null
        and c.kind <> 'storm'
        and (
            c.closed_at < clock_timestamp() - interval '15 minutes'
            or c.closed_at is not null and (c.announced_at is null or c.resolution = 'withdrawn')
            or c.closed_at is null and i.named_at is null and private.is_muted(c)
        );

    update analytics.incidents as i
    set cause_id = (select c from private.cause_of(i) as c)
    where i.announced_at is null
        and i.cause_id is null
        and (i.closed_at is null or i.closed_at >= pass_started_at)
        -- Only what has just opened: what waits for the end of a mute is older than the cause. How a job is written waits a
        -- pass on purpose.
        and (i.opened_at >= pass_started_at or private.waits_a_pass(i.kind))
        and not private.is_muted(i);

    perform private.settle_causes();
end
$$;
comment on function private.gather_causes(timestamptz) is
    'Lets incidents that just opened be named by the open incident that caused them, and frees those whose cause is over. Idempotent.';

create function private.waits_a_pass(kind text)
returns boolean
language sql
immutable
set search_path = ''
as $$
    -- A job that is new may break at its first run, and is one piece of news then.
    select waits_a_pass.kind in ('undeclared', 'unset_timeout', 'bundled_refreshes');
$$;
revoke all on function private.waits_a_pass(text) from public, anon, authenticated;
comment on function private.waits_a_pass(text) is 'Kinds about how a job is written, which are told when a second pass has seen them.';

create function private.settle_causes()
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- A cause that is itself spoken for names nothing: whoever speaks for it does.
    loop
        update analytics.incidents as i
        set cause_id = c.cause_id
        from analytics.incidents as c
        where c.incident_id = i.cause_id and c.cause_id is not null and c.closed_at is null;
        exit when not found;
    end loop;
end
$$;
revoke all on function private.settle_causes() from public, anon, authenticated;
comment on function private.settle_causes() is 'Lets every cause_id lead to an incident that is told itself. Idempotent.';
