-- Object: freshet.watch_slow_statements()
-- Why: BI tools and other clients read the views past the functions, and only pg_stat_statements sees how long they
--      wait. Where the extension is missing, not loaded or closed to this role, nothing is known and nothing is found.
-- Why names: refreshes and audits are jobs with limits of their own; what names a view or a live relation of schema
--      analytics is a reader. The functions name it in an argument: their slow reads are of kind slow_read.
create function freshet.watch_slow_statements(slow_ms numeric default 5000)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    is_first_pass constant boolean := not exists (select from analytics.slow_statements as s);
    extension_schema constant text := (
        select n.nspname from pg_catalog.pg_extension as e join pg_catalog.pg_namespace as n on n.oid = e.extnamespace
        where e.extname = 'pg_stat_statements'
    );
    readers constant text := format(
        '"?analytics"?\."?(%s)\M',
        array_to_string(
            array(select l.live_name from analytics.live_relations as l)
            || array(select i.view_name from analytics.incremental_views as i) || array(
                select c.relname::text from pg_catalog.pg_class as c
                where c.relnamespace = 'analytics'::regnamespace and c.relkind in ('m', 'v')
            ), '|'
        )
    );
    marker constant bigint := 0;
begin
    if extension_schema is null then
        return;
    end if;
    -- The texts are in a file, which is read only if some entry was ever slow.
    execute format(
        $query$
            with candidates as materialized (
                select p.*
                from %1$I.pg_stat_statements(false) as p
                where p.dbid = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
                    and p.toplevel and p.queryid is not null and p.max_exec_time >= $2
            ),
            texts as materialized (
                select t.queryid, t.userid, t.dbid
                from %1$I.pg_stat_statements(exists (select from candidates)) as t
                where t.toplevel and t.query ~ $3
            )
            insert into analytics.slow_statements as s (queryid, userid, calls_count, total_ms, max_ms, last_slow_at, last_slow_ms)
            select
                c.queryid, c.userid, c.calls, c.total_exec_time::numeric, c.max_exec_time::numeric,
                case when not $1 then clock_timestamp() end,
                case when not $1 then c.max_exec_time::numeric end
            from candidates as c
            join texts as t on t.queryid = c.queryid and t.userid = c.userid and t.dbid = c.dbid
            on conflict on constraint slow_statements_pkey do update
            set calls_count = excluded.calls_count,
                total_ms = excluded.total_ms,
                max_ms = excluded.max_ms,
                seen_at = clock_timestamp(),
                last_slow_at = case when freshet.was_slow_since(s, excluded, $2) is not null then clock_timestamp() else s.last_slow_at end,
                last_slow_ms = coalesce(freshet.was_slow_since(s, excluded, $2), s.last_slow_ms)
        $query$,
        extension_schema
    )
    using is_first_pass, slow_ms, readers;
    -- A pass that found none has looked as well: the next one may judge.
    insert into analytics.slow_statements (queryid, userid, calls_count, total_ms, max_ms)
    values (marker, 0, 0, 0, 0)
    on conflict on constraint slow_statements_pkey do update set seen_at = clock_timestamp();
    delete from analytics.slow_statements as s where s.seen_at < clock_timestamp() - interval '7 days';
exception
    -- The extension is installed but not loaded, older than version 1.9, or closed to this role.
    when object_not_in_prerequisite_state or undefined_function or undefined_table or undefined_column or insufficient_privilege then
        return;
end
$$;

revoke all on function freshet.watch_slow_statements(numeric) from public, anon, authenticated;

comment on function freshet.watch_slow_statements(numeric) is
    'Brings analytics.slow_statements up to date with pg_stat_statements. Idempotent.';
