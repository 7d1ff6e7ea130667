-- Object: freshet.sources_of_view()
-- Why rejects: their number is a part of what a refresh stores, and a value can be left out without a change of any row
--      of the views that the view reads. Its own rows are no source: each refresh would ask for the next one.
create function freshet.sources_of_view(view_name text)
returns table (source regclass, relkind "char")
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select s.source, s.relkind
    from freshet.sources_of_relation(
        case
            when freshet.is_incremental(sources_of_view.view_name) then freshet.definition_of(sources_of_view.view_name)
            else format('analytics.%I', sources_of_view.view_name)
        end::regclass
    ) as s
    union
    select s.source, s.relkind
    from analytics.views as v
    cross join lateral freshet.sources_of_relation(v.rejects) as s
    where v.view_name = sources_of_view.view_name
        and s.source is distinct from to_regclass(format('analytics.%I', v.view_name));
$$;

revoke all on function freshet.sources_of_view(text) from public, anon, authenticated;

comment on function freshet.sources_of_view(text) is
    'Tables and materialized views that a view, or its view of rejects, reads. Reads hidden inside functions are not seen: name tables in the view itself.';
