-- Object: freshet.make_materialized()
-- Why: the way back, for a view whose query has to change, or that is cheaper to compute as a whole.
create function freshet.make_materialized(view_name text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    relation constant regclass := format('analytics.%I', view_name)::regclass;
    definition constant text := freshet.definition_of(view_name);
    sources constant regclass[] := array(
        select distinct m.source from analytics.view_mappings as m where m.view_name = make_materialized.view_name
    );
    reader text;
    fault text;
begin
    select string_agg(f.what, ', ' order by f.what) into fault
    from (
        select 'policy ' || p.polname from pg_catalog.pg_policy as p where p.polrelid = relation and p.polname <> 'readers'
        union all
        select 'trigger ' || t.tgname from pg_catalog.pg_trigger as t
        where t.tgrelid = relation and not t.tgisinternal and t.tgname not like 'freshet\_%'
        union all
        select 'privileges on column ' || a.attname from pg_catalog.pg_attribute as a where a.attrelid = relation and a.attacl is not null
    ) as f (what);
    if fault is not null then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot make "%s" again: it has %s, which would be lost', view_name, fault),
            hint = 'Drop them before, and create them again afterwards. A materialized view cannot have policies and triggers.';
    end if;
    select string_agg(distinct m.view_name, ', ') into reader from analytics.view_mappings as m where m.source = relation;
    if reader is not null then
        raise exception using
            errcode = 'dependent_objects_still_exist',
            message = format('cannot make "%s" a materialized view: %s is refreshed by its changed rows', view_name, reader),
            hint = format('Register it with incremental => false first, or with rebuild_on => ''{analytics.%s}''.', view_name);
    end if;
    perform pg_advisory_xact_lock(hashtextextended('freshet.refresh:' || view_name, 0));
    perform freshet.replace_view(relation, (
        select freshet.text_of_query(
            relation,
            rtrim(pg_get_viewdef(definition::regclass), ';'),
            (select array_agg(a.attname) from pg_catalog.pg_attribute as a where a.attrelid = relation and a.attnum > 0 and not a.attisdropped),
            has_rows => v.refreshed_at is not null
        )
        from analytics.views as v
        where v.view_name = make_materialized.view_name
    ));
    execute format('drop view %s', definition);
    delete from analytics.incremental_views as v where v.view_name = make_materialized.view_name;
    update analytics.views as v
    set source_snapshot = null, version = v.version + (v.refreshed_at is not null)::integer
    where v.view_name = make_materialized.view_name;
    perform freshet.unwatch_keys(s.source) from unnest(sources) as s (source);
end
$$;

revoke all on function freshet.make_materialized(text) from public, anon, authenticated;

comment on function freshet.make_materialized(text) is
    'Turns an incremental view back into a materialized view of the same name, with rows if it had any. Raises 2BP01 while another view is refreshed by its changed rows.';
