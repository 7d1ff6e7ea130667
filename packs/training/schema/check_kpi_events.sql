-- Object: freshet.check_kpi_events()
-- Why: an event that names another organisation than its attempt would count for it; see analytics.fact_kpi_events.
create function freshet.check_kpi_events()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    stray record;
begin
    -- A change of the attempt waits for this event, and then sees it.
    perform from public.scenario_attempts as a
    where a.id in (select n.attempt_id from new_rows as n)
    order by a.id
    for share;

    select n.id, n.attempt_id into stray
    from new_rows as n
    join public.scenario_attempts as a on a.id = n.attempt_id
    where n.org_id <> a.org_id
        or n.user_id <> a.user_id
        or (n.scenario_id is not null and n.scenario_id is distinct from a.scenario_id)
    limit 1;
    if found then
        raise exception using
            errcode = 'foreign_key_violation',
            message = format('event %s does not fit its attempt %s', stray.id, stray.attempt_id),
            hint = 'org_id and user_id are those of the attempt; scenario_id too, or null.';
    end if;
    return null;
end
$$;

revoke all on function freshet.check_kpi_events() from public, anon, authenticated;

comment on function freshet.check_kpi_events() is 'Statement trigger of analytics.fact_kpi_events: an event belongs to the organisation, user and scenario of its attempt.';
