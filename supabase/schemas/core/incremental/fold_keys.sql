-- Object: freshet.fold_keys()
-- Why: a key log would grow for as long as the slowest view does not refresh. A fold takes committed keys out of the log
--      and puts aside, once each, what a view still lacks. It is called while no refresh reads the source, so the
--      snapshots in the registry are those of the rows. The log and what is put aside change in one statement: every
--      snapshot sees a key in one of the two.
-- Why arrays as text: JSON has no lower bounds, and '[0:1]={a,b}' is another group than '{a,b}'.
-- Why the settings: texts are read again by freshet.refresh_groups().
-- Why the lock: another fold, in a transaction that is still open, may have taken a row already.
create function freshet.fold_keys(source regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO, MDY'
set intervalstyle = 'postgres'
set extra_float_digits = '1'
as $$
declare
    log constant text := freshet.key_log(source);
    lacked constant text := (
        select string_agg(
            format(
                'select distinct v.view_name, case when l.is_whole then ''{}''::jsonb else jsonb_build_object(%s) end '
                'from taken as l, analytics.views as v '
                'where v.view_name = %L and v.source_snapshot is not null and %s and (l.is_whole or %s or %s)',
                r.pairs, r.view_name, freshet.lacks_change('l.txid'), r.missing, r.present
            ),
            ' union '
        )
        from (
            select
                m.view_name,
                string_agg(
                    format('%L, l.k%s%s', m.key_column, m.place, case when t.typcategory = 'A' then '::text' end), ', ' order by m.key_column
                ) as pairs,
                '(' || string_agg(format('l.k%s is not null', m.place), ' and ') || ')' as present,
                -- What is left out may have no key either; see freshet.rejected_statement().
                case
                    when exists (select from analytics.views as v where v.view_name = m.view_name and v.rejects is not null) then 'true'
                    else coalesce('(' || string_agg(format('l.k%s is null', m.place), ' or ') filter (where m.has_null_group) || ')', 'false')
                end as missing
            from analytics.view_mappings as m
            join pg_catalog.pg_attribute as a on a.attrelid = to_regclass(log) and a.attname = 'k' || m.place
            join pg_catalog.pg_type as t on t.oid = a.atttypid
            where m.source = fold_keys.source and m.place is not null
            group by m.view_name, m.reference
        ) as r
    );
begin
    if lacked is null or to_regclass(log) is null then
        return;
    end if;
    execute format(
        'with seen as materialized (select l.ctid as place from %1$s as l '
        'where l.txid is distinct from pg_current_xact_id_if_assigned() for update skip locked), '
        'taken as (delete from %1$s as l using seen as s where l.ctid = s.place returning l.*), '
        'lacked (view_name, group_key) as (%2$s) '
        'insert into analytics.dirty_groups (view_name, group_key) '
        'select d.view_name, d.group_key from lacked as d '
        'where not exists (select from analytics.dirty_groups as g where g.view_name = d.view_name and g.group_key = d.group_key)',
        log, lacked
    );
end
$$;

revoke all on function freshet.fold_keys(regclass) from public, anon, authenticated;

comment on function freshet.fold_keys(regclass) is
    'Empties the key log of a source into analytics.dirty_groups. Call it through freshet.trim_source_changes.';
