-- Object: analytics.unregister_live()
-- Why: the counterpart of analytics.register_live().
create function analytics.unregister_live(name text)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    delete from analytics.live_relations as l where l.live_name = unregister_live.name;
$$;

revoke all on function analytics.unregister_live(text) from public, anon, authenticated;

comment on function analytics.unregister_live(text) is
    'Withdraws a live relation; its tables stay unchanged. Idempotent.';
