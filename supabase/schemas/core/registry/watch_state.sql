-- Object: freshet.watch_state()
-- Why: what may have been written unseen shows here, also when nothing is wrong any more: a trigger that was disabled and
--      enabled again, a partition that came, left or came back. Each of them writes a new row of the catalog, so xmin moves.
create function freshet.watch_state(tables oid[], without oid default null)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select md5(string_agg(e.state, ' ' order by e.state))
    from (
        select concat_ws(':', t.oid, t.xmin, t.tgenabled) as state
        from pg_catalog.pg_trigger as t
        where t.tgrelid = any (tables) and t.tgrelid is distinct from without and t.tgname like 'freshet\_%'
        union all
        select concat_ws(':', i.inhparent, i.inhrelid, i.xmin)
        from pg_catalog.pg_inherits as i
        where (i.inhparent = any (tables) or i.inhrelid = any (tables)) and i.inhrelid is distinct from without and not i.inhdetachpending
        union all
        select 'tables'
    ) as e;
$$;

revoke all on function freshet.watch_state(oid[], oid) from public, anon, authenticated;

comment on function freshet.watch_state(oid[], oid) is
    'Fingerprint of the triggers that log writes to these tables, and of their places in trees of partitions; without: as if this partition were not there.';
