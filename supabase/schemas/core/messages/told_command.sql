-- Object: freshet.told_command()
-- Why: a command may hold a key, so the data API shows only commands of a known form; see freshet.told_run_message().
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
