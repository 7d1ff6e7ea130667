-- Object: freshet.may_be_null()
-- Why: no log names the group of null, since null equals nothing. Where the query cannot have such a group nothing is
--      missed; that is found by the planner, from "where … is not null" and from columns that are never null.
create function freshet.may_be_null(definition regclass, key_column name)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
set constraint_exclusion = 'on'
as $$
declare
    explained jsonb;
begin
    execute format('explain (verbose, costs off, format json) select from %s as d where d.%I is null', definition, key_column) into explained;
    return exists (select from freshet.scans_of_plan(explained #> '{0,Plan}'));
end
$$;

revoke all on function freshet.may_be_null(regclass, name) from public, anon, authenticated;

comment on function freshet.may_be_null(regclass, name) is 'Whether a row of a query may have no value in the column. True also where that is not known.';
