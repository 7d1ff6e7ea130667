-- Object: freshet.is_key()
-- Why: a key is found by its text, and its function follows what is renamed. After "rename shop to old_shop" and "rename
--      town to shop" the text x.shop means another column than the function that was made of it.
-- Why the tree: both were parsed, so it has the numbers of columns and functions. Where a text began is no difference.
create function freshet.is_key(source regclass, place smallint, expression text)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    noise constant text := ':(location|stmt_location|stmt_len|resname) \S+';
    known analytics.source_keys;
    logged text;
    written text;
begin
    select * into strict known from analytics.source_keys as k where k.source = is_key.source and k.place = is_key.place;
    select regexp_replace(p.prosqlbody::text, noise, '', 'g') into logged
    from pg_catalog.pg_proc as p
    where p.oid = to_regprocedure(format(
        'freshet.%I(%s)', freshet.incremental_name(format('key_%s_of_', known.place), known.source_name), source
    ));
    -- It is made of the text.
    if logged is null then
        return expression = known.expression;
    end if;
    begin
        execute format(
            'create function pg_temp.freshet_key_of_row(x %s) returns %s language sql immutable begin atomic select %s; end',
            source, known.type, expression
        );
    exception
        -- A column or a function of the text is not there any more, or the text has another type.
        when syntax_error_or_access_rule_violation then
            return false;
    end;
    select regexp_replace(p.prosqlbody::text, noise, '', 'g') into strict written
    from pg_catalog.pg_proc as p
    where p.proname = 'freshet_key_of_row' and p.pronamespace = pg_my_temp_schema();
    execute format('drop function pg_temp.freshet_key_of_row(%s)', source);
    return logged = written;
end
$$;

revoke all on function freshet.is_key(regclass, smallint, text) from public, anon, authenticated;

comment on function freshet.is_key(regclass, smallint, text) is
    'Whether an expression over a row x of the source means what the triggers log under this place.';
