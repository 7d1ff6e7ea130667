-- Object: freshet.write_mark()
-- Why: the catalogue proves that a refresh happened, not the session that reports one. REFRESH rewrites the row of a
--      materialized view in pg_class, even when no data has changed, and nothing else in normal operation does. The table
--      of an incremental view has PostgreSQL's counters of written rows; they begin again with the server, or when they
--      are reset, and without track_counts they prove nothing.
create function freshet.write_mark(relation oid)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        case
            when c.relkind = 'm' then c.xmin::text
            when current_setting('track_counts') = 'on' then format(
                '%s rows since %s',
                pg_stat_get_tuples_inserted(c.oid) + pg_stat_get_tuples_updated(c.oid) + pg_stat_get_tuples_deleted(c.oid),
                greatest(
                    pg_postmaster_start_time(),
                    (select pg_stat_get_db_stat_reset_time(d.oid) from pg_catalog.pg_database as d where d.datname = current_database())
                )
            )
        end
    from pg_catalog.pg_class as c
    where c.oid = write_mark.relation;
$$;

revoke all on function freshet.write_mark(oid) from public, anon, authenticated;

comment on function freshet.write_mark(oid) is
    'A text that differs after each refresh that wrote the relation, once its session has reported its counters. Null where nothing is known.';
