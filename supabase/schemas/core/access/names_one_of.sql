-- Object: freshet.names_one_of()
-- Why: aud may be a text or a list (RFC 7519, 4.1.3), azp only a text; see freshet.mapped_claims().
create function freshet.names_one_of(claim jsonb, allowed text[], may_be_list boolean)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select allowed is null or coalesce(
        case
            when jsonb_typeof(claim) = 'string' or (may_be_list and jsonb_typeof(claim) = 'array') then claim ?| allowed
        end,
        false
    );
$$;

revoke all on function freshet.names_one_of(jsonb, text[], boolean) from public, anon, authenticated, service_role;

comment on function freshet.names_one_of(jsonb, text[], boolean) is
    'Whether the claim names one of the allowed texts; true where any is allowed (null).';
