-- Object: freshet.rename_keys()
-- Why: a key is found by its text, and its function follows what is renamed. After "rename shop to old_shop" and "rename
--      town to shop" the text x.shop means another column than the function that was made of it, and a view that is
--      registered then would be told which towns had changed. So a text that does not mean the function any more is no text.
-- Why the tree: both were parsed, so it has the numbers of columns and functions. Where a text began is no difference.
create function freshet.rename_keys(source regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    one record;
    is_same boolean;
begin
    for one in
        select k.place, k.expression, p.prosqlbody::text as tree
        from analytics.source_keys as k
        join pg_catalog.pg_proc as p
            on p.pronamespace = 'freshet'::regnamespace
            and p.proname = freshet.incremental_name(format('key_%s_of_', k.place), k.source_name)
        join pg_catalog.pg_class as c on c.reltype = p.proargtypes[0] and c.oid = k.source
        where k.source = rename_keys.source and k.expression not like 'key %'
    loop
        begin
            execute format(
                'create function pg_temp.freshet_rename_check(x %s) returns %s language sql immutable begin atomic select %s; end',
                source, (select k.type from analytics.source_keys as k where k.source = rename_keys.source and k.place = one.place), one.expression
            );
            select regexp_replace(p.prosqlbody::text, ':(location|stmt_location|stmt_len) -?\d+', '', 'g')
                = regexp_replace(one.tree, ':(location|stmt_location|stmt_len) -?\d+', '', 'g')
            into strict is_same
            from pg_catalog.pg_proc as p
            where p.proname = 'freshet_rename_check' and p.pronamespace = pg_my_temp_schema();
            execute format('drop function pg_temp.freshet_rename_check(%s)', source);
        exception
            -- A column or a function of the text is not there any more.
            when syntax_error_or_access_rule_violation then
                is_same := false;
        end;
        if not is_same then
            update analytics.source_keys as k
            set expression = format('key %s: %s, before something was renamed', k.place, k.expression)
            where k.source = rename_keys.source and k.place = one.place;
        end if;
    end loop;
end
$$;

revoke all on function freshet.rename_keys(regclass) from public, anon, authenticated;

comment on function freshet.rename_keys(regclass) is
    'Marks the keys of a source of which the text means something else since a column, function or type was renamed. Idempotent.';
