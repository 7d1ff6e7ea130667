-- Object: freshet.has_long_number()
-- Why: jsonb keeps 1e131071 in a few bytes, and writes it as 131,072 digits: a batch of 60 kB was a text of a gigabyte. What
--      comes from a client is looked through before anything writes it out.
create function freshet.has_long_number(value jsonb)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    return exists (
        select from jsonb_path_query(value, 'strict $.** ? (@.type() == "number")') as n
        where n::numeric >= 1e1000 or n::numeric <= -1e1000 or scale(n::numeric) > 1000
    );
exception
    -- Nested deeper than the stack: it may have one.
    when statement_too_complex then
        return true;
end
$$;

revoke all on function freshet.has_long_number(jsonb) from public, anon, authenticated, service_role;

comment on function freshet.has_long_number(jsonb) is
    'Whether a number anywhere in it has more than 1000 digits before or after its point, or it is nested too deeply to tell.';
