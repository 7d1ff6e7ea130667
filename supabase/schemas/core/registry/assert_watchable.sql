-- Object: freshet.assert_watchable()
-- Why: PostgreSQL says "permission denied for table" of a source of another owner, and not for what.
create function freshet.assert_watchable(relation regclass)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if not has_table_privilege(relation, 'trigger') then
        raise exception using
            errcode = 'insufficient_privilege',
            message = format('cannot watch %s: it belongs to another role, and %s may not put triggers on it', relation, current_user),
            hint = format('As its owner: grant select, trigger on %s to %I;', relation, current_user);
    end if;
end
$$;

revoke all on function freshet.assert_watchable(regclass) from public, anon, authenticated;

comment on function freshet.assert_watchable(regclass) is 'Raises 42501 unless the current role may put triggers on the table.';
