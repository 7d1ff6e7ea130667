-- Object: freshet.gather_causes()
-- Grain: alert_causes: one row per kind and kind of which it is the consequence
-- Why: an incident is told when it opens and when it closes, and a flood of them is told as one. Written in the
--      transaction of the pass, so that an incident and its alert exist together or not at all.
create function freshet.gather_causes(pass_started_at timestamptz)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
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
            or c.closed_at is null and i.named_at is null and freshet.is_muted(c)
        );

    update analytics.incidents as i
    set cause_id = (select c from freshet.cause_of(i) as c)
    where i.announced_at is null
        and i.cause_id is null
        and (i.closed_at is null or i.closed_at >= pass_started_at)
        -- Only what has just opened: what waits for the end of a mute is older than the cause. How a job is written waits a
        -- pass on purpose.
        and (i.opened_at >= pass_started_at or freshet.waits_a_pass(i.kind))
        and not freshet.is_muted(i);

    perform freshet.settle_causes();
end
$$;

revoke all on function freshet.gather_causes(timestamptz) from public, anon, authenticated;

comment on function freshet.gather_causes(timestamptz) is
    'Lets incidents that just opened be named by the open incident that caused them, and frees those whose cause is over. Idempotent.';
