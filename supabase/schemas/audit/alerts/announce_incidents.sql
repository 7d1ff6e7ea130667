-- Object: private.announce_incidents()
-- Grain: alert_causes: one row per kind and kind of which it is the consequence
-- Why: an incident is told when it opens and when it closes, and a flood of them is told as one. Written in the
--      transaction of the pass, so that an incident and its alert exist together or not at all.
create function private.announce_incidents(pass_started_at timestamptz)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    is_first constant boolean := coalesce((select s.judged_since = pass_started_at from analytics.audit_state as s), false);
    news bigint[];
    again bigint[];
    told analytics.incidents;
begin
    perform private.gather_causes(pass_started_at);

    -- One that opened and closed within the pass is news too. One that closed while it was muted stays untold.
    select coalesce(array_agg(i.incident_id order by i.incident_id), '{}') into news
    from analytics.incidents as i
    where i.announced_at is null
        and i.cause_id is null
        and (
            i.closed_at is null
            or i.closed_at >= pass_started_at and not private.waits_a_pass(i.kind)
        )
        and (is_first or i.opened_at < pass_started_at or not private.waits_a_pass(i.kind))
        and not private.is_muted(i);
    perform private.gather_groups(news, is_first);
    again := private.tell_again();

    for told in
        select i.*
        from analytics.incidents as i
        where i.announced_at is null
            and i.cause_id is null
            and (i.incident_id = any (news || again) or i.kind = 'storm' and i.closed_at is null)
        order by i.incident_id
    loop
        told := private.name_members(told, 'opened');
        -- A group that one incident began goes on in the issue of that one.
        told.fingerprint := coalesce(told.evidence ->> 'issue', told.fingerprint);
        perform private.enqueue_alert(told, 'opened');
        update analytics.incidents as i set announced_at = clock_timestamp() where i.incident_id = told.incident_id;
    end loop;

    -- What speaks for others is over when all of them are.
    update analytics.incidents as c
    set closed_at = clock_timestamp(), resolution = 'recovered'
    where c.kind = 'storm'
        and c.closed_at is null
        and not exists (select from analytics.incidents as i where i.cause_id = c.incident_id and i.closed_at is null);

    for told in
        select i.*
        from analytics.incidents as i
        where i.closed_at is not null
            and i.announced_at is not null
            and i.recovery_announced_at is null
        order by i.incident_id
    loop
        -- One that got worse is not over: another incident goes on with it. Nor is one that a group has taken over.
        if told.resolution <> 'escalated' and told.cause_id is null then
            told := private.name_members(told, 'recovered');
            told.fingerprint := coalesce(told.evidence ->> 'issue', told.fingerprint);
            perform private.enqueue_alert(told, 'recovered');
        end if;
        update analytics.incidents as i set recovery_announced_at = clock_timestamp() where i.incident_id = told.incident_id;
    end loop;
end
$$;

revoke all on function private.announce_incidents(timestamptz) from public, anon, authenticated;

comment on function private.announce_incidents(timestamptz) is
    'Writes the alerts for what opened and closed. Idempotent: each transition of an incident is told once, by itself or by the event of its cause.';
