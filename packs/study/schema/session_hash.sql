-- Object: freshet.session_hash()
-- Why: the log names a session by a hash, so that a row cannot be joined with logs that have the client's own id. The
--      user is part of what is hashed: two users with one session id have two sessions.
create function freshet.session_hash(user_id text, client_session_id text)
returns text
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    -- A JSON array has one reading: no other pair of texts makes the same bytes.
    select encode(
        extensions.hmac(
            convert_to(json_build_array('session', user_id, client_session_id)::text, 'UTF8'),
            convert_to(freshet.study_pepper(), 'UTF8'),
            'sha256'
        ),
        'hex'
    );
$$;

revoke all on function freshet.session_hash(text, text) from public, anon, authenticated, service_role;

comment on function freshet.session_hash(text, text) is
    'HMAC-SHA256, 64 hex digits, of user and client''s session id with the pepper in Vault.';
