-- Object: freshet.open_group()
-- Why: a new group needs an incident that is announced for all of its members.
create function freshet.open_group(family text, members bigint[], leader bigint)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    group_id bigint;
begin
    insert into analytics.incidents (
        epoch, kind, subject, severity, opened_at, first_seen_at, last_seen_at, occurrence_count, evidence
    )
    select
        max(i.epoch), 'storm', open_group.family,
        (array_agg(i.severity order by freshet.severity_rank(i.severity) desc))[1],
        clock_timestamp(), min(i.first_seen_at), max(i.opened_at), count(*),
        -- A member that was announced separately before: the group continues in its issue and is not a second alert.
        jsonb_strip_nulls(jsonb_build_object(
            'issue', (select l.fingerprint from analytics.incidents as l where l.incident_id = open_group.leader)
        ))
    from analytics.incidents as i
    where i.incident_id = any (members || leader)
    returning incident_id into group_id;
    update analytics.incidents as i set cause_id = group_id where i.incident_id = any (members || leader);
end
$$;

revoke all on function freshet.open_group(text, bigint[], bigint) from public, anon, authenticated;

comment on function freshet.open_group(text, bigint[], bigint) is
    'Opens an incident that stands for these. If one of them was announced separately before, the group continues in its issue.';
