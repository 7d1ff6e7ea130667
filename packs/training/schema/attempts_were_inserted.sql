-- Object: freshet.attempts_were_inserted()
-- Why: a fact is a copy of a completed attempt; see freshet.write_attempt_facts().
create function freshet.attempts_were_inserted()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    ids uuid[];
    days date[];
begin
    select array_agg(n.id), array_agg((n.started_at at time zone 'UTC')::date)
    into ids, days
    from new_rows as n
    where n.status = 'completed';
    if ids is not null then
        perform freshet.write_attempt_facts(ids, days);
    end if;
    return null;
end
$$;

revoke all on function freshet.attempts_were_inserted() from public, anon, authenticated;

comment on function freshet.attempts_were_inserted() is
    'Statement trigger of public.scenario_attempts: writes the facts of completed attempts.';
