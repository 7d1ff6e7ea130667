-- Object: freshet.has_collate()
-- Why: EXPLAIN prints expressions without their COLLATE, so the key log would compare and lower-case text by another
--      collation than the query. Of a query with a COLLATE only plain columns are taken as keys, and expressions without
--      any collation.
create function freshet.has_collate(definition regclass)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(bool_or(r.ev_action::text like '%{COLLATEEXPR%'), false)
    from freshet.queries_of(definition) as q
    join pg_catalog.pg_rewrite as r on r.ev_class = q.relation;
$$;

revoke all on function freshet.has_collate(regclass) from public, anon, authenticated;

comment on function freshet.has_collate(regclass) is 'True if the query, or a plain view that it reads, has a COLLATE.';
