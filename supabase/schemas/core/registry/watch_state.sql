-- Object: freshet.watch_state()
-- Why: what may have been written unseen shows here, also when nothing is wrong any more: a trigger that was disabled and
--      enabled again, a partition that came, left or came back. Each of them writes a new row of the catalog, so xmin moves.
-- Why files, columns and texts: "alter column … type" and "set expression" write all rows and fire no trigger; to_jsonb of a
--      row holds a column that was added or renamed; a column that may be null makes a group that no key names; and a
--      function or a plain view that is replaced makes other rows of the same sources.
-- Why counters: recovery after a crash empties an unlogged table, which nothing else shows, and it starts the counters again.
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
        select concat_ws(
            ':', c.oid, c.relfilenode, c.relnatts,
            case c.relpersistence when 'u' then (select extract(epoch from b.stats_reset) from pg_catalog.pg_stat_bgwriter as b) end
        )
        from pg_catalog.pg_class as c
        where c.oid = any (tables) and c.oid is distinct from without and c.relkind in ('r', 'p')
        union all
        -- Those of a partition are its parent's.
        select concat_ws(':', a.attrelid, a.attnum, a.attname, a.attnotnull)
        from pg_catalog.pg_class as c
        join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
        where c.oid = any (tables) and c.relkind in ('r', 'p') and not c.relispartition
        union all
        select concat_ws(':', p.oid, md5(p.prosrc), md5(p.prosqlbody::text), p.proconfig)
        from pg_catalog.pg_proc as p
        where p.oid = any (tables)
        union all
        select concat_ws(':', r.oid, r.xmin) from pg_catalog.pg_rewrite as r where r.ev_class = any (tables)
        union all
        select concat_ws(':', n.oid, n.enumlabel) from pg_catalog.pg_enum as n where n.enumtypid = any (tables)
        union all
        -- See freshet.unseen_sources().
        select concat_ws(':', r.srsubid, r.srrelid) from pg_catalog.pg_subscription_rel as r where r.srrelid = any (tables)
        union all
        select concat_ws(':', c.oid, 'registered')
        from pg_catalog.pg_class as c
        join analytics.views as v on v.view_name = c.relname
        where c.oid = any (tables) and c.relkind = 'm' and c.relnamespace = 'analytics'::regnamespace
        union all
        select 'tables'
    ) as e;
$$;

revoke all on function freshet.watch_state(oid[], oid) from public, anon, authenticated;

comment on function freshet.watch_state(oid[], oid) is
    'Fingerprint of the triggers that log writes to these tables, of their places in trees of partitions, their files and columns, and of the functions, views and enums among the numbers; without: as if this partition were not there.';
