-- Object: freshet.attempts_changed_hands()
-- Why: an event counts for the organisation and user of its attempt; see analytics.fact_kpi_events.
create function freshet.attempts_changed_hands()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    ids uuid[];
begin
    select array_agg(c.id) into ids
    from (
        select n.id, n.org_id, n.user_id, n.scenario_id from new_rows as n
        except
        select o.id, o.org_id, o.user_id, o.scenario_id from old_rows as o
    ) as c;
    if ids is not null and exists (select from analytics.fact_kpi_events as e where e.attempt_id = any (ids)) then
        update analytics.fact_kpi_events as e
        set org_id = a.org_id, user_id = a.user_id, scenario_id = a.scenario_id
        from public.scenario_attempts as a
        where a.id = any (ids) and e.attempt_id = a.id;
    end if;
    return null;
end
$$;

revoke all on function freshet.attempts_changed_hands() from public, anon, authenticated;

comment on function freshet.attempts_changed_hands() is
    'Statement trigger of public.scenario_attempts: when an attempt gets another scenario, user or organisation, its events are moved with it.';
