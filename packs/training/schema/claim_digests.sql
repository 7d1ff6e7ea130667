-- Object: analytics.claim_digests()
-- Why: one sender at a time, so that the provider's rate is kept without a shared counter, and one batch at a time, so
--      that a sender that is killed leaves one batch in doubt. A batch that may have been sent is given out again
--      unchanged; one that was never about to be sent is taken apart, so that what happened
--      meanwhile still counts: an opt-out, or a manager who left.
create function analytics.claim_digests(lease_id uuid, lease_for interval default '3 minutes', batch_size integer default 100)
returns setof analytics.digest_deliveries
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    claimed_batch bigint;
    moment constant timestamptz := clock_timestamp();
begin
    if not pg_try_advisory_xact_lock(hashtextextended('freshet digest', 0)) then
        return;
    end if;

    -- The provider knows an idempotency key for 24 hours: after that a repeated batch would be a second mail.
    update analytics.digest_deliveries as d
    set status = 'failed', error_code = e.error_code, settled_at = moment, claimed_until = null, lease_id = null,
        figures = null, subject = null, html = null, plain_text = null
    from (
        select
            u.delivery_id,
            case when u.frozen_at < moment - interval '23 hours' then 'answer_lost' else 'too_late' end as error_code
        from analytics.digest_deliveries as u
        where u.settled_at is null
            and (u.claimed_until is null or u.claimed_until <= moment or u.lease_id is null)
            and (
                u.frozen_at < moment - interval '23 hours'
                or (u.frozen_at is null and u.planned_at < moment - interval '48 hours')
            )
    ) as e
    where d.delivery_id = e.delivery_id;

    if exists (select from analytics.digest_deliveries as d where d.status = 'claimed' and d.claimed_until > moment) then
        return;
    end if;

    update analytics.digest_deliveries as d
    set status = 'pending', batch_id = null, lease_id = null, claimed_until = null
    where d.status = 'claimed' and d.frozen_at is null;

    update analytics.digest_deliveries as d
    set status = 'suppressed', error_code = r.refusal, settled_at = moment, figures = null
    from (
        select p.delivery_id, freshet.digest_refusal(p.org_id, p.manager_id, p.email) as refusal
        from analytics.digest_deliveries as p
        where p.status = 'pending'
    ) as r
    where d.delivery_id = r.delivery_id and r.refusal is not null;

    select min(d.batch_id) into claimed_batch from analytics.digest_deliveries as d where d.status = 'claimed';
    if claimed_batch is null then
        with next as (
            select d.delivery_id, d.is_alone from analytics.digest_deliveries as d
            where d.status = 'pending' order by d.is_alone, d.delivery_id limit 1
        ),
        members as (
            select d.delivery_id, n.delivery_id as batch_id
            from next as n
            join analytics.digest_deliveries as d on d.status = 'pending' and d.is_alone = n.is_alone
            order by d.delivery_id
            limit (select case when n.is_alone then 1 else claim_digests.batch_size end from next as n)
        )
        update analytics.digest_deliveries as d
        set status = 'claimed', batch_id = m.batch_id, claimed_until = moment
        from members as m
        where d.delivery_id = m.delivery_id;
        select min(d.batch_id) into claimed_batch from analytics.digest_deliveries as d where d.status = 'claimed';
    end if;

    update analytics.digest_deliveries as d
    set lease_id = claim_digests.lease_id, claimed_until = moment + claim_digests.lease_for,
        attempts_count = d.attempts_count + 1
    where d.status = 'claimed' and d.batch_id = claimed_batch;
    return query
        select d.* from analytics.digest_deliveries as d
        where d.status = 'claimed' and d.batch_id = claimed_batch
        order by d.delivery_id;
end
$$;

revoke all on function analytics.claim_digests(uuid, interval, integer) from public, anon, authenticated;

grant execute on function analytics.claim_digests(uuid, interval, integer) to service_role;

comment on function analytics.claim_digests(uuid, interval, integer) is
    'Leases the next batch to the caller, at most batch_size mails, ordered by delivery_id; no rows while another sender has a lease, the provider asked to wait, or nothing is left. frozen_at is set where the batch may have been sent: repeat it as it is. Suppresses who may get no mail any more, fails what is older than 48 hours, and what has been in doubt for 23.';
