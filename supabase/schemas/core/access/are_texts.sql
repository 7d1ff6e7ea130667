-- Object: freshet.are_texts()
-- Why: a rule of a profile that is of another type must be refused, and not be taken as absent; see freshet.issuer_fault().
create function freshet.are_texts(setting jsonb)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        jsonb_typeof(setting) = 'array'
        and setting <> '[]'
        and not jsonb_path_exists(setting, 'strict $[*] ? (@.type() <> "string" || @ == "" || !(@ like_regex "^.{1,255}$" flag "s"))'),
        false
    );
$$;

revoke all on function freshet.are_texts(jsonb) from public, anon, authenticated, service_role;

comment on function freshet.are_texts(jsonb) is
    'Whether it is a JSON list of one or more texts of 1 to 255 characters each.';
