-- Object: analytics.change_view_query()
-- Why: PostgreSQL has no "create or replace" for a materialized view, and the query of an incremental view is not the table
--      that is read. By hand, views that read it, indexes, comments, privileges, the registration and the first rows all
--      have to follow, and readers find the view missing or empty meanwhile.
-- Why two ways: an incremental view with the same columns keeps its table. Readers see the old rows until the caller
--      commits, and never wait. Where columns differ everything over the view is made again, as for a changed table:
--      readers wait until the caller commits, and then see new rows.
create function analytics.change_view_query(view_name text, query text, texts jsonb default '{}')
returns setof text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    relation constant regclass := to_regclass(format('analytics.%I', view_name));
    body constant text := rtrim(query, E'; \n\r\t');
    probe constant text := format('freshet.%I', freshet.incremental_name('new_query_of_', view_name));
    declared analytics.views;
    columns name[];
    has_same_columns boolean;
    fault text;
begin
    select * into declared from analytics.views as v where v.view_name = change_view_query.view_name;
    if not found or relation is null then
        raise exception using
            errcode = 'undefined_table',
            message = format('cannot change the query of "%s": no such view is registered', view_name),
            hint = 'select view_name from analytics.views lists those that are.';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('freshet.refresh:' || view_name, 0));

    execute format('create view %s as %s', probe, body);
    columns := array(
        select a.attname from pg_catalog.pg_attribute as a where a.attrelid = probe::regclass and a.attnum > 0 order by a.attnum
    );
    has_same_columns := (
        select
            array_agg((a.attname, a.atttypid, a.atttypmod, a.attcollation) order by a.attnum) filter (where a.attrelid = probe::regclass)
            = array_agg((a.attname, a.atttypid, a.atttypmod, a.attcollation) order by a.attnum) filter (where a.attrelid = relation)
        from pg_catalog.pg_attribute as a
        where a.attrelid in (relation, probe::regclass) and a.attnum > 0 and not a.attisdropped
    );
    execute format('drop view %s', probe);

    select string_agg(distinct k.name::text, ', ') into fault
    from (
        select a.attname as name
        from pg_catalog.pg_index as i
        join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
        where i.indrelid = relation and i.indisunique
        union
        select g.name from analytics.incremental_views as v cross join unnest(v.group_key) as g (name)
        where v.view_name = change_view_query.view_name
    ) as k
    where k.name <> all (columns);
    if fault is not null then
        raise exception using
            errcode = 'undefined_column',
            message = format('cannot change the query of "%s": it has no column %s, which is part of the key of the view', view_name, fault),
            hint = 'Keep the column; a view with another key is another view, under a name of its own.';
    end if;

    if not (freshet.is_incremental(view_name) and has_same_columns) then
        return query select *
        from analytics.change_table(
            relation, 'select', texts || jsonb_build_object(change_view_query.view_name, freshet.text_of_query(relation, body, columns))
        );
        return;
    end if;
    select t.name into fault from jsonb_object_keys(texts) as t (name) limit 1;
    if fault is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot change the query of "%s": texts names "%s", and no other view has to be made again', view_name, fault),
            hint = 'Leave texts out: the columns are the same.';
    end if;
    execute format('create or replace view %s with (security_invoker = on) as %s', freshet.definition_of(view_name), body);
    perform freshet.register_again(
        declared, declared.source_at_table::text || '.' || quote_ident(declared.source_at_column), declared.rejects
    );
    if declared.refreshed_at is not null then
        perform analytics.refresh_view(view_name, 'manual');
    end if;
    return next relation::text;
end
$$;

revoke all on function analytics.change_view_query(text, text, jsonb) from public, anon, authenticated, service_role;

comment on function analytics.change_view_query(text, text, jsonb) is
    'Gives a registered view another query, with its rows, all in the caller''s transaction; returns the names of the views that were made again. For the owner of the views. query: names everything with its schema. Key columns have to stay; indexes and comments of columns that are gone go with them. texts: {view: its new text}, for views that read a column which is gone.';
