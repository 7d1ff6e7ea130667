-- Object: analytics.unregister_live()
-- Grain: one row per relation that answers rest on as it is now, without a materialized view between
-- Why: some answers are about this moment: who reports to whom, a person's last attempts. They are read from tables, and
--      still cached: the version of a live relation is the number of statements that wrote to its tables, so that an
--      answer made before a commit is never served after it.
create function analytics.unregister_live(name text)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    delete from analytics.live_relations as l where l.live_name = unregister_live.name;
$$;

revoke all on function analytics.unregister_live(text) from public, anon, authenticated;

comment on function analytics.unregister_live(text) is 'Withdraws a live relation; its tables stay as they are. Idempotent.';
