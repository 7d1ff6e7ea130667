-- Object: freshet.short_name()
-- Why: a name may be longer than an index entry, which must fail no part of the audit.
create function freshet.short_name(name text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- Names of jobs and owners are keys here, and a key holds less than three kilobytes.
    select case
        when octet_length(name) <= 200 then name
        else format('%s… sha256:%s', left(name, 40), left(encode(sha256(convert_to(name, 'UTF8')), 'hex'), 16))
    end;
$$;

revoke all on function freshet.short_name(text) from public, anon, authenticated;

comment on function freshet.short_name(text) is
    'The name itself, or for a name of more than 200 bytes its beginning and a hash of the whole. Applied to its own result it returns the same.';
