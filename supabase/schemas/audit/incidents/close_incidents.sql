-- Object: freshet.close_incidents()
-- Why: an incident can end without a new observation; see freshet.settle_incidents() and freshet.close_repaired().
create function freshet.close_incidents(incident_ids bigint[])
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    with closed as (
        update analytics.incidents as i
        set closed_at = case
                when i.announced_at is not null then clock_timestamp()
                -- Muted, or listed by its cause: it was over before this pass, which does not announce it.
                else greatest(i.opened_at, s.last_audit_at)
            end,
            resolution = 'recovered',
            closed_in_pass = s.pass_count
        from analytics.audit_state as s
        where i.incident_id in (
            -- A running pass that holds it will see the same: a repair does not wait.
            select n.incident_id
            from analytics.incidents as n
            where n.incident_id = any (incident_ids) and n.closed_at is null
            order by n.incident_id
            for update skip locked
        )
        returning i.kind, i.subject, i.evidence ->> 'of_kind' as of_kind
    )
    update analytics.findings as f
    set state = 'ok', since = clock_timestamp(), bad_streak = 0, good_streak = 1, last_observed_at = clock_timestamp()
    from closed as c
    where f.kind in (c.kind, c.of_kind) and f.subject = c.subject and f.state <> 'ok';
$$;

revoke all on function freshet.close_incidents(bigint[]) from public, anon, authenticated;

comment on function freshet.close_incidents(bigint[]) is
    'Closes these incidents. The next pass announces it. Idempotent.';
