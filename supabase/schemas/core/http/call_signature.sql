create function private.call_signature(
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

revoke all on function private.call_signature(text, text, bigint, bigint, text) from public, anon, authenticated;

comment on function private.call_signature(text, text, bigint, bigint, text) is
    'HMAC-SHA256 over what a scheduled call is: its function, its row in the ledger, its second and its body. In hex.';
