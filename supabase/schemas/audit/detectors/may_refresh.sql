-- Object: freshet.may_refresh()
-- Why: who may refresh differs by version of PostgreSQL.
create function freshet.may_refresh(role text, relation oid)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    role_id constant oid := to_regrole(quote_ident(role));
begin
    -- A role that no longer exists is another finding.
    if role_id is null then
        return true;
    end if;
    if pg_has_role(role_id, (select c.relowner from pg_class as c where c.oid = relation), 'usage') then
        return true;
    end if;
    return current_setting('server_version_num')::integer >= 170000 and has_table_privilege(role_id, relation, 'maintain');
end
$$;

revoke all on function freshet.may_refresh(text, oid) from public, anon, authenticated;

comment on function freshet.may_refresh(text, oid) is 'Whether a role may refresh a view: as (a member of) its owner, as a superuser, and from PostgreSQL 17 on by MAINTAIN.';
