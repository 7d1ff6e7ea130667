-- Object: freshet.call_signature()
-- Why: requests wait in a table of pg_net that every role can read. So none carries a key: it carries a signature that is
--      good for itself alone. The secret is made here, at random, is checked here, and never leaves the database.
create function freshet.call_signature(
    secret text, function_name text, call_id bigint, signed_at bigint, body_sha256 text
)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select encode(
        extensions.hmac(
            convert_to(format(E'freshet-call-1\n%s\n%s\n%s\n%s', function_name, call_id, signed_at, body_sha256), 'UTF8'),
            decode(secret, 'hex'),
            'sha256'
        ),
        'hex'
    );
$$;

revoke all on function freshet.call_signature(text, text, bigint, bigint, text) from public, anon, authenticated;

comment on function freshet.call_signature(text, text, bigint, bigint, text) is
    'HMAC-SHA256 over what a scheduled call is: its function, its row in the ledger, its second and its body. In hex.';
