-- Object: freshet.trigger_populate_fact()
-- Why: a fact follows the status of its attempt; see freshet.write_attempt_facts().
create function freshet.trigger_populate_fact()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    ids uuid[];
    days date[];
begin
    -- No longer completed, or moved to another day.
    select array_agg(g.id), array_agg(g.day)
    into ids, days
    from (
        select o.id, (o.started_at at time zone 'UTC')::date from old_rows as o where o.status = 'completed'
        except
        select n.id, (n.started_at at time zone 'UTC')::date from new_rows as n where n.status = 'completed'
    ) as g (id, day);
    if ids is not null then
        perform freshet.remove_attempt_facts(ids, days);
    end if;

    select array_agg(c.id), array_agg((c.started_at at time zone 'UTC')::date)
    into ids, days
    from (
        select n.id, n.started_at, n.ended_at, n.org_id, n.user_id, n.scenario_id, n.score, n.duration_seconds, n.talk_ms, n.listen_ms
        from new_rows as n
        where n.status = 'completed'
        except
        select o.id, o.started_at, o.ended_at, o.org_id, o.user_id, o.scenario_id, o.score, o.duration_seconds, o.talk_ms, o.listen_ms
        from old_rows as o
        where o.status = 'completed'
    ) as c;
    if ids is not null then
        perform freshet.write_attempt_facts(ids, days);
    end if;
    return null;
end
$$;

revoke all on function freshet.trigger_populate_fact() from public, anon, authenticated;

comment on function freshet.trigger_populate_fact() is
    'Statement trigger of public.scenario_attempts: writes, changes and removes facts with the status, and writes nothing when no content of a fact has changed.';
