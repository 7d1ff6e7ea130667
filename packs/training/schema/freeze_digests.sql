-- Object: analytics.freeze_digests()
-- Why: the same idempotency key with another body is an error, so the mails are stored before the first attempt.
create function analytics.freeze_digests(lease_id uuid, mails jsonb)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    -- The local data API sends jsonb as a text within jsonb.
    given constant jsonb := case when jsonb_typeof(mails) = 'string' then (mails #>> '{}')::jsonb else mails end;
    batch_key text;
begin
    update analytics.digest_deliveries as d
    set subject = m.subject, html = m.html, plain_text = m.plain_text, frozen_at = clock_timestamp()
    from jsonb_to_recordset(given) as m (delivery_id bigint, subject text, html text, plain_text text)
    where d.delivery_id = m.delivery_id
        and d.lease_id = freeze_digests.lease_id
        and d.claimed_until > clock_timestamp()
        and d.frozen_at is null;

    select
        format(
            'digest/%s/%s-%s-%s', min(d.week_on), min(d.delivery_id), max(d.delivery_id),
            left(encode(sha256(convert_to(
                string_agg(concat_ws(E'\x01', d.email, d.subject, d.html, d.plain_text), E'\x02' order by d.delivery_id), 'UTF8'
            )), 'hex'), 32)
        )
    into batch_key
    from analytics.digest_deliveries as d
    where d.lease_id = freeze_digests.lease_id and d.claimed_until > clock_timestamp()
    having count(*) > 0 and count(*) = count(d.frozen_at);
    return batch_key;
end
$$;

revoke all on function analytics.freeze_digests(uuid, jsonb) from public, anon, authenticated;

grant execute on function analytics.freeze_digests(uuid, jsonb) to service_role;

comment on function analytics.freeze_digests(uuid, jsonb) is
    'Stores the mails of the leased batch, [{delivery_id, subject, html, plain_text}], and returns its idempotency key. What was frozen before stays. Null where the lease is lost or a mail of the batch is missing: do not send then.';
