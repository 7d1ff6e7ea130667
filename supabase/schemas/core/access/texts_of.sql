-- Object: freshet.texts_of()
-- Why: a setting may be a text or a list of texts; see freshet.use_issuers().
create function freshet.texts_of(setting jsonb, separator text)
returns text[]
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case jsonb_typeof(setting)
        when 'string' then
            case when separator is null then array[setting #>> '{}'] else string_to_array(setting #>> '{}', separator) end
        when 'array' then array(select jsonb_array_elements_text(setting))
    end;
$$;

revoke all on function freshet.texts_of(jsonb, text) from public, anon, authenticated, service_role;

comment on function freshet.texts_of(jsonb, text) is
    'A JSON list of texts, or a text cut at the separator (null: not cut); null for anything else.';
