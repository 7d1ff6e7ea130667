-- Object: freshet.external_org_id()
-- Why: an organisation is a uuid here and a text at the identity provider. A uuid that follows from the text needs no
--      lookup when a token is read. Version 5 of RFC 4122, section 4.3, in a namespace of this project.
create function freshet.external_org_id(external_id text)
returns uuid
language sql
immutable
strict
set search_path = pg_catalog, pg_temp
as $$
    select encode(
        set_byte(set_byte(d.bytes, 6, (get_byte(d.bytes, 6) & 15) | 80), 8, (get_byte(d.bytes, 8) & 63) | 128), 'hex'
    )::uuid
    from (
        select substring(
            extensions.digest(
                decode('7c2f9d5e4b1a4f6c9a3d58e0c1b72f46', 'hex') || convert_to(external_id, 'UTF8'), 'sha1'
            ) for 16
        ) as bytes
    ) as d;
$$;

revoke all on function freshet.external_org_id(text) from public, anon, authenticated;

comment on function freshet.external_org_id(text) is
    'The id of an organisation of an identity provider: uuid version 5 of its external id, in namespace 7c2f9d5e-4b1a-4f6c-9a3d-58e0c1b72f46.';
