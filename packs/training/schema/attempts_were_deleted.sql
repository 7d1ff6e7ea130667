-- Object: freshet.attempts_were_deleted()
-- Why: a fact is a copy of a completed attempt; see freshet.write_attempt_facts().
create function freshet.attempts_were_deleted()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    ids uuid[];
    days date[];
begin
    select array_agg(o.id), array_agg((o.started_at at time zone 'UTC')::date)
    into ids, days
    from old_rows as o
    where o.status = 'completed';
    if ids is not null then
        perform freshet.remove_attempt_facts(ids, days);
    end if;
    return null;
end
$$;

revoke all on function freshet.attempts_were_deleted() from public, anon, authenticated;

comment on function freshet.attempts_were_deleted() is
    'Statement trigger of public.scenario_attempts: deletes the facts of deleted attempts.';
