-- Object: freshet.scans_of_plan()
-- Why: the proof of freshet.group_mappings() rests on what each scan of a source filters by.
create function freshet.scans_of_plan(plan jsonb)
returns table (source text, alias text, filter text)
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    with recursive nodes as (
        select scans_of_plan.plan as node
        union all
        select p.child from nodes as n cross join lateral jsonb_array_elements(n.node -> 'Plans') as p (child)
    )
    select format('%I.%I', n.node ->> 'Schema', n.node ->> 'Relation Name'), n.node ->> 'Alias', n.node ->> 'Filter'
    from nodes as n
    where n.node ? 'Relation Name';
$$;

revoke all on function freshet.scans_of_plan(jsonb) from public, anon, authenticated;

comment on function freshet.scans_of_plan(jsonb) is 'Scans of relations in a plan of EXPLAIN (verbose, format json).';
