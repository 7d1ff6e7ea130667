-- Object: freshet.claim_path_fault()
-- Why: where a claim is has one notation, in profiles of issuers and in the settings of the project's own tokens; the
--      functions refuse the same at their start (shared/adapters/runtime/claim_path.ts).
create function freshet.claim_path_fault(path jsonb)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when not freshet.are_texts(to_jsonb(freshet.texts_of(path, '.')))
            or cardinality(freshet.texts_of(path, '.')) > case jsonb_typeof(path) when 'array' then 5 else 255 end
            or (jsonb_typeof(path) = 'array' and not freshet.are_texts(path))
            or char_length(path #>> '{}') > 255 and jsonb_typeof(path) = 'string'
        then 'must name claims like "o.id" or ["https://example.com/org"]'
        when freshet.texts_of(path, '.') && array['user_metadata', 'unsafe_metadata', 'unsafeMetadata'] then
            'must not come from user_metadata or unsafe_metadata, which users write themselves'
    end;
$$;

revoke all on function freshet.claim_path_fault(jsonb) from public, anon, authenticated, service_role;

comment on function freshet.claim_path_fault(jsonb) is
    'What is wrong with the place of a claim, "a.b" or a list of names, without its value; null when nothing is.';
