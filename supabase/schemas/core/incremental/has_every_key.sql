-- Object: freshet.has_every_key()
-- Why: rows without a key are counted at each refresh, and finding that there are none could read the whole source. Where a
--      key is a column that is never null, and no outer join can make it so, there are none.
create function freshet.has_every_key(rejects regclass, key name[])
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select
        not exists (
            select
            from freshet.queries_of(rejects) as q
            join pg_catalog.pg_rewrite as r on r.ev_class = q.relation
            where r.ev_action::text ~ ':jointype [1-3]|[{]GROUPINGSET'
        )
        and coalesce(bool_and(
            exists (
                select
                from pg_catalog.pg_attribute as a
                where a.attrelid = m.source and a.attnotnull and format('x.%I', a.attname) = m.expression
                    -- A table that inherits may take a null there.
                    and not exists (
                        select from pg_catalog.pg_inherits as i
                        join pg_catalog.pg_class as c on c.oid = i.inhrelid and not c.relispartition
                        where i.inhparent = m.source
                    )
            )
        ), false)
    from freshet.group_mappings(rejects, key) as m;
$$;

revoke all on function freshet.has_every_key(regclass, name[]) from public, anon, authenticated;

comment on function freshet.has_every_key(regclass, name[]) is
    'Whether each row that the sources of a view give it has a value in all of these columns. False where that is not known.';
