-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- supabase/schemas/core/access/organisation_id.sql

-- Object: freshet.organisation_id()
-- Why: organisations are uuids here and another text at an outside identity provider. The uuid is derived, so that a
--      token needs no lookup. Issuer and id together are the name, so two issuers never make the same organisation.
--      The same function in TypeScript is organisationId() in shared/adapters/supabase/organisation_id.ts.
create function freshet.organisation_id(issuer text, external_id text)
returns uuid
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- RFC 4122, 4.3: SHA-1 of namespace and name, its first 16 bytes with version (5) and variant (binary 10) set.
    -- The namespace is the uuid v5 of https://freshet.dev/organisations in the namespace of URLs.
    with hashed as (
        select extensions.digest(
            decode('7f82910024245c5c8d4fe845daded331', 'hex') || convert_to(issuer || E'\n' || external_id, 'UTF8'),
            'sha1'
        ) as bytes
        where issuer <> '' and external_id <> '' and position(E'\n' in issuer) = 0
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

revoke all on function freshet.organisation_id(text, text) from public, anon, authenticated;

grant execute on function freshet.organisation_id(text, text) to service_role;

comment on function freshet.organisation_id(text, text) is
    'The uuid v5 (RFC 4122) of an organisation that an outside issuer names by text; null when a part is missing or empty, or the issuer holds a line break.';

reset check_function_bodies;
