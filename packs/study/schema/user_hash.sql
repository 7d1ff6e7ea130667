-- Object: freshet.user_hash()
-- Why: after an erasure only this hash is left of the user, and recognises their late events.
create function freshet.user_hash(user_id text)
returns text
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select encode(
        extensions.hmac(
            convert_to(json_build_array('user', user_id)::text, 'UTF8'),
            convert_to(freshet.study_pepper(), 'UTF8'),
            'sha256'
        ),
        'hex'
    );
$$;

revoke all on function freshet.user_hash(text) from public, anon, authenticated, service_role;

comment on function freshet.user_hash(text) is 'HMAC-SHA256, 64 hex digits, of a user''s id with the pepper in Vault.';
