-- Object: freshet.gather_causes()
-- Why: before incidents are announced, each is assigned to its cause, or freed from one that is over.
create function freshet.gather_causes(pass_started_at timestamptz)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- A cause that got worse continues as another incident.
    update analytics.incidents as i
    set cause_id = n.incident_id
    from analytics.incidents as c
    join analytics.incidents as n
        on n.kind = c.kind and n.subject = c.subject and n.incident_id > c.incident_id and (n.closed_at is null or n.announced_at is null)
    where c.incident_id = i.cause_id
        and c.resolution = 'escalated'
        -- Incidents that were over before the old one listed them are listed by the new one.
        and (i.closed_at is null or i.named_at is null);

    -- An incident that outlives its cause is announced itself, after the time that a recovery may take; at once where
    -- it turned out to be no cause, or is not announced after all.
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
        -- Only incidents that have just opened: one that waits for the end of a mute is older than the cause. Kinds
        -- about how a job is written wait one pass on purpose.
        and (i.opened_at >= pass_started_at or freshet.waits_a_pass(i.kind))
        and not freshet.is_muted(i);

    perform freshet.settle_causes();
end
$$;

revoke all on function freshet.gather_causes(timestamptz) from public, anon, authenticated;

comment on function freshet.gather_causes(timestamptz) is
    'Assigns incidents that just opened to the open incident that caused them, and frees those whose cause is over. Idempotent.';
