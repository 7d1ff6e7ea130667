-- Object: freshet.told_command()
-- Why: what the database says of a failure may repeat rows and secrets. /ops scrubs it, by rules that are TypeScript; a second copy
--      of them here would drift. So functions that answer over the data API do not tell such a text at all: they tell the
--      SQLSTATE, what is one of a few fixed forms, and where the whole is kept.
create function freshet.told_command(command text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when command ~ concat(
            '^\s*((begin|commit|set (statement|lock)_timeout = (0|''[0-9]{1,8}(ms|s|min|h)?'')|select (analytics|freshet)\.[a-z_]{1,63}\(',
            '([0-9]{1,9}|''[a-z]{1,30}([-_][a-z]{1,30}){0,9}''(, jsonb_build_object\(''[a-z_]{1,30}'', now\(\)\))?)?\))\s*(;\s*|$))+$'
        ) then command
    end;
$$;

revoke all on function freshet.told_command(text) from public, anon, authenticated;

comment on function freshet.told_command(text) is
    'A command that only sets time limits and calls this product with a name or a number; null for any other, which may hold a key.';
