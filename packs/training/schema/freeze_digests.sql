-- Object: analytics.freeze_digests()
-- Why: the same idempotency key with another body is an error, so the mails and the key are stored before the first
--      attempt. It is the last moment at which a manager can be left out.
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
    made_key text;
begin
    if exists (
        select
        from jsonb_to_recordset(given) as m (delivery_id bigint)
        left join analytics.digest_deliveries as d
            on d.delivery_id = m.delivery_id and d.lease_id = freeze_digests.lease_id and d.claimed_until > clock_timestamp()
        where d.delivery_id is null or freshet.digest_refusal(d.org_id, d.manager_id, d.email) is not null
    ) then
        update analytics.digest_deliveries as d
        set status = 'pending', batch_id = null, lease_id = null, claimed_until = null
        where d.lease_id = freeze_digests.lease_id and d.status = 'claimed' and d.frozen_at is null;
        return null;
    end if;

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
                -- planned_at: what an operator has sent once more is another mail to the provider.
                string_agg(
                    concat_ws(E'\x01', d.email, extract(epoch from d.planned_at), d.subject, d.html, d.plain_text),
                    E'\x02' order by d.delivery_id
                ), 'UTF8'
            )), 'hex'), 32)
        )
    into made_key
    from analytics.digest_deliveries as d
    where d.lease_id = freeze_digests.lease_id and d.claimed_until > clock_timestamp()
    having count(*) > 0 and count(*) = count(d.frozen_at);

    update analytics.digest_deliveries as d
    set batch_key = coalesce(d.batch_key, made_key)
    where d.lease_id = freeze_digests.lease_id and d.claimed_until > clock_timestamp();
    return (
        select min(d.batch_key) from analytics.digest_deliveries as d
        where d.lease_id = freeze_digests.lease_id and d.claimed_until > clock_timestamp()
    );
end
$$;

revoke all on function analytics.freeze_digests(uuid, jsonb) from public, anon, authenticated;

grant execute on function analytics.freeze_digests(uuid, jsonb) to service_role;

comment on function analytics.freeze_digests(uuid, jsonb) is
    'Stores the mails of the leased batch, [{delivery_id, subject, html, plain_text}], and returns its idempotency key. What was frozen before stays, with its key. Null where the lease is lost, a mail of the batch is missing, or a manager of the batch left or opted out since it was claimed: do not send then, and claim again.';
