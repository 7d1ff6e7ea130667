-- Object: freshet.restore_privileges()
-- Why: a project's default privileges give a new relation of schema public to every role of the data API. One that is made
--      again has to be read by those who read it before, and by no others.
create function freshet.restore_privileges(relation regclass, held aclitem[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    statement text;
begin
    for statement in
        select format('revoke all on table %s from %s', relation, g.grantee)
        from (
            select distinct case when a.grantee = 0 then 'public' else a.grantee::regrole::text end
            from pg_catalog.pg_class as c, pg_catalog.aclexplode(c.relacl) as a
            where c.oid = relation and a.grantee <> c.relowner
        ) as g (grantee)
    loop
        execute statement;
    end loop;
    for statement in
        select format(
            'grant %s on table %s to %s%s',
            a.privilege_type, relation, case when a.grantee = 0 then 'public' else a.grantee::regrole::text end,
            case when a.is_grantable then ' with grant option' end
        )
        from pg_catalog.pg_class as c, pg_catalog.aclexplode(held) as a
        where c.oid = relation and a.grantee <> c.relowner
    loop
        execute statement;
    end loop;
end
$$;

revoke all on function freshet.restore_privileges(regclass, aclitem[]) from public, anon, authenticated;

comment on function freshet.restore_privileges(regclass, aclitem[]) is
    'Gives a relation the privileges that are held, and takes all others, the owner''s aside. Null: the owner''s alone.';
