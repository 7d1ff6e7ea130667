-- Object: freshet.is_total_cast()
-- Why: the key of a source row is cast to the type of the view's column before the group is looked up. A bigint of which
--      a value is no integer would fail each refresh, although no group has it.
create function freshet.is_total_cast(from_type regtype, to_type regtype)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select from_type = to_type
        or exists (
            select
            from pg_catalog.pg_cast as c
            left join pg_catalog.pg_proc as p on p.oid = c.castfunc
            where c.castsource = from_type and c.casttarget = to_type and c.castcontext = 'i' and c.castmethod in ('b', 'f')
                and coalesce(p.provolatile = 'i', true)
        );
$$;

revoke all on function freshet.is_total_cast(regtype, regtype) from public, anon, authenticated;

comment on function freshet.is_total_cast(regtype, regtype) is
    'Whether every value of the first type has one of the second, in every session.';
