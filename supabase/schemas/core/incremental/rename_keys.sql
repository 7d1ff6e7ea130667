-- Object: freshet.rename_keys()
-- Why: a view that is registered after a column was renamed would follow the changes of another column, if its
--      key were found by a text that is out of date.
create function freshet.rename_keys(source regclass, expressions text[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    one text;
begin
    update analytics.source_keys as k
    set expression = format('key %s: %s before something was renamed', k.place, k.expression)
    where k.source = rename_keys.source
        and k.expression not like 'key %'
        and not freshet.is_key(k.source, k.place, k.expression);
    foreach one in array expressions loop
        update analytics.source_keys as k
        set expression = one
        where k.source = rename_keys.source
            and k.place = (
                select min(s.place)
                from analytics.source_keys as s
                where s.source = rename_keys.source and freshet.is_key(s.source, s.place, one)
            )
            and not exists (select from analytics.source_keys as s where s.source = rename_keys.source and s.expression = one);
    end loop;
end
$$;

revoke all on function freshet.rename_keys(regclass, text[]) from public, anon, authenticated;

comment on function freshet.rename_keys(regclass, text[]) is
    'Gives the keys of a source the texts that mean them now: one of the expressions, or one that no expression has. Idempotent.';
