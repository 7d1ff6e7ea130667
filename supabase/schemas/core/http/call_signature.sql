-- Object: freshet.call_signature()
-- Why: requests wait in a table of pg_net that every role can read. So a request carries no key, only a signature that
--      is valid for this one request. The secret is generated in the database at random, is checked in the database,
--      and never leaves it.
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
    'HMAC-SHA256, in hex, over the parts of a scheduled call: its function, its row in the ledger, its second and its body.';
