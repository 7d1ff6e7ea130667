-- Object: freshet.remove_attempt_facts()
-- Why: an attempt that is no longer completed loses its fact; see freshet.write_attempt_facts().
create function freshet.remove_attempt_facts(attempt_ids uuid[], date_keys date[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    delete from analytics.fact_scenario_attempts as f
    using unnest(attempt_ids, date_keys) as k (attempt_id, date_key)
    where f.attempt_id = k.attempt_id and f.date_key = k.date_key;
end
$$;

revoke all on function freshet.remove_attempt_facts(uuid[], date[]) from public, anon, authenticated;

comment on function freshet.remove_attempt_facts(uuid[], date[]) is
    'Removes facts, each identified by its attempt and day. Idempotent.';
