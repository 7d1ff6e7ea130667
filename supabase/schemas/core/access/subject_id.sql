-- Object: freshet.subject_id()
-- Why: two issuers may give two people the same subject. The uuid is derived from both, so that a token needs no lookup
--      and the same subject of two issuers is two users. The same function in TypeScript is subjectId() in
--      shared/adapters/supabase/subject_id.ts.
create function freshet.subject_id(issuer text, subject text)
returns uuid
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- RFC 4122, 4.3: SHA-1 of namespace and name, its first 16 bytes with version (5) and variant (binary 10) set.
    -- The namespace is the uuid v5 of https://freshet.dev/subjects in the namespace of URLs.
    with hashed as (
        select extensions.digest(
            decode('772a3f3fb3035a6da21c4c55f9f00e81', 'hex') || convert_to(issuer || E'\n' || subject, 'UTF8'),
            'sha1'
        ) as bytes
        where issuer <> '' and subject <> '' and position(E'\n' in issuer) = 0
    )
    select encode(
        set_byte(
            set_byte(substring(bytes from 1 for 16), 6, (get_byte(bytes, 6) & 15) | 80),
            8, (get_byte(bytes, 8) & 63) | 128
        ),
        'hex'
    )::uuid
    from hashed;
$$;

revoke all on function freshet.subject_id(text, text) from public, anon, authenticated;

grant execute on function freshet.subject_id(text, text) to service_role;

comment on function freshet.subject_id(text, text) is
    'The uuid v5 (RFC 4122) of a user of an outside issuer; null when a part is missing or empty, or the issuer holds a line break.';
