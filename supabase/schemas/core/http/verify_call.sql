-- Object: analytics.verify_call()
-- Why: a scheduled call proves itself by a signature that is valid for the named function, for five minutes and once.
--      The function asks here, so neither the secret nor a list of used calls leaves the database.
create function analytics.verify_call(
    function_name text, call_id bigint, signed_at bigint, body_sha256 text, signature text
)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    good_for constant bigint := 300;
    -- Both are hashed under a random key of this call before the comparison, so its duration says nothing about the
    -- signature.
    moment constant bytea := extensions.gen_random_bytes(32);
    is_right boolean;
begin
    select coalesce(
        bool_or(
            extensions.hmac(convert_to(verify_call.signature, 'UTF8'), moment, 'sha256') = extensions.hmac(
                convert_to(
                    freshet.call_signature(
                        s.secret, verify_call.function_name, verify_call.call_id, verify_call.signed_at,
                        verify_call.body_sha256
                    ),
                    'UTF8'
                ),
                moment, 'sha256'
            )
        ),
        false
    )
    into is_right
    from freshet.call_secrets() as s;

    if not is_right then
        return 'wrong';
    end if;
    if abs(extract(epoch from clock_timestamp()) - verify_call.signed_at) > good_for then
        return 'expired';
    end if;
    update analytics.http_calls as c
    set accepted_at = clock_timestamp()
    where c.call_id = verify_call.call_id and c.accepted_at is null;
    return case when found then 'accepted' else 'used' end;
end
$$;

revoke all on function analytics.verify_call(text, bigint, bigint, text, text) from public, anon, authenticated;

grant execute on function analytics.verify_call(text, bigint, bigint, text, text) to service_role;

comment on function analytics.verify_call(text, bigint, bigint, text, text) is
    'Whether a request is a call that invoke_function made for this function: accepted (once), wrong, expired (after five minutes) or used (also: purged from the ledger). Not idempotent: it accepts the call. Service role only.';
