-- Object: freshet.definition_of()
-- Why: the query of an incremental view is a plain view of its own, since the view's name is a table.
create function freshet.definition_of(view_name text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select format('freshet.%I', freshet.incremental_name('definition_of_', view_name));
$$;

revoke all on function freshet.definition_of(text) from public, anon, authenticated;

comment on function freshet.definition_of(text) is 'Quoted name of the plain view that holds the query of an incremental view.';
