-- Object: freshet.remove_attempt_facts()
-- Why: a fact is written once, when its attempt is completed; a new score changes it, and an attempt that is completed no
--      more loses it. Triggers fire once a statement, and a statement that changes no fact writes none, so that views
--      and cached answers over the facts stay as they are. Writers of one attempt wait for each other on its row, so the
--      facts follow in the same order.
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

comment on function freshet.remove_attempt_facts(uuid[], date[]) is 'Removes facts, each named by its attempt and day. Idempotent.';
