-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

drop function analytics.defer_digests(uuid,text,interval,boolean);

alter table analytics.digest_deliveries add column batch_key text;

-- packs/training/schema/check_weekly_digest.sql

-- Object: analytics.check_weekly_digest()
-- Why: mails fail one by one, and an alert for each would be a flood. This job fails while the newest week has trouble:
--      one incident, like that of any failed job, which names the causes and counts.
create or replace function analytics.check_weekly_digest()
returns date
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    newest constant date := (select max(d.week_on) from analytics.digest_deliveries as d);
    troubles text[];
begin
    if newest is null or not exists (select from analytics.digest_settings as s where s.is_on) then
        return null;
    end if;
    select array_agg(format('%s: %s', t.what, t.mails_count) order by t.what) into troubles
    from (
        select format('failed (%s)', d.error_code) as what, count(*) as mails_count
        from analytics.digest_deliveries as d
        where d.week_on = newest and d.status = 'failed'
        group by d.error_code
        union all
        -- What only an operator can end is reported at once, all else when it has lasted.
        select format('waiting (%s)', coalesce(d.error_code, 'not sent yet')), count(*)
        from analytics.digest_deliveries as d
        where d.settled_at is null
            and (d.planned_at < now() - interval '2 hours' or d.error_code ~ '(quota|api_key|not_configured)')
        group by d.error_code
        union all
        select format('address %s', o.reason), count(*)
        from analytics.digest_opt_outs as o
        join public.users as u on u.id = o.manager_id and lower(u.email) = lower(o.email)
        -- From the Monday on which the mails of the week leave.
        where o.opted_out_at >= (newest + 7)::timestamp at time zone 'UTC'
        group by o.reason
    ) as t;
    if troubles is null then
        return newest;
    end if;
    raise exception using
        errcode = 'data_exception',
        message = format('weekly digest of %s: %s', newest, array_to_string(troubles, ', ')),
        hint = format(
            'A quota or key: at the provider. Failed mails once more, also those of answer_lost that may have arrived: select analytics.retry_digests(%1$L). Leave them: update analytics.digest_deliveries set status = ''suppressed'' where week_on = %1$L and status = ''failed''. Addresses: correct public.users.email, or delete the row of analytics.digest_opt_outs.',
            newest
        );
end
$$;

-- packs/training/schema/defer_digests.sql

-- Object: analytics.defer_digests()
-- Why: a rate limit, a quota or an outage of the provider is about all mails: the wait stops every sender. A batch of
--      which none was sent is thawed, so that it is made again after the wait: an opt-out meanwhile counts.
create function analytics.defer_digests(
    lease_id uuid,
    error_code text,
    retry_after interval,
    is_refused boolean default false,
    is_unsent boolean default false
)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    deferred_count integer;
    is_thawed constant boolean := is_refused or is_unsent;
begin
    update analytics.digest_deliveries as d
    set error_code = defer_digests.error_code,
        lease_id = null,
        status = case when is_refused then 'pending' else 'claimed' end,
        claimed_until = case when not is_refused then clock_timestamp() + retry_after end,
        batch_id = case when not is_refused then d.batch_id end,
        is_alone = d.is_alone or is_refused,
        frozen_at = case when not is_thawed then d.frozen_at end,
        batch_key = case when not is_thawed then d.batch_key end,
        subject = case when not is_thawed then d.subject end,
        html = case when not is_thawed then d.html end,
        plain_text = case when not is_thawed then d.plain_text end
    where d.lease_id = defer_digests.lease_id and d.status = 'claimed';
    get diagnostics deferred_count = row_count;
    return deferred_count;
end
$$;

revoke all on function analytics.defer_digests(uuid, text, interval, boolean, boolean) from public, anon, authenticated;

grant execute on function analytics.defer_digests(uuid, text, interval, boolean, boolean) to service_role;

comment on function analytics.defer_digests(uuid, text, interval, boolean, boolean) is
    'Gives the leased batch back: it is repeated unchanged after the wait. is_unsent: no attempt since it was frozen can have sent it, so it is made again. is_refused: the provider refused the batch as invalid and sent none of it; each mail is then sent in a request of its own. Returns how many were given back: 0 where the lease is lost. Service role only.';

-- packs/training/schema/digest_refusal.sql

-- Object: freshet.digest_refusal()
-- Why: one place decides whether a manager may get a digest: when the week is planned, when the mail is claimed, and
--      right before it is sent. A mail names people, so a manager who has left meanwhile must not get it.
create function freshet.digest_refusal(org_id uuid, manager_id text, email text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when not exists (
            select
            from public.org_members as m
            where m.org_id = digest_refusal.org_id
                and m.user_id = digest_refusal.manager_id
                and m.role in ('admin', 'manager')
                and (m.left_at is null or m.left_at > now())
        ) then 'not_a_manager'
        when coalesce(digest_refusal.email, '') = '' then 'no_address'
        when freshet.has_opted_out(digest_refusal.org_id, digest_refusal.manager_id, digest_refusal.email) then 'opted_out'
    end;
$$;

revoke all on function freshet.digest_refusal(uuid, text, text) from public, anon, authenticated;

comment on function freshet.digest_refusal(uuid, text, text) is
    'Why no digest may be sent: not_a_manager (any more) of the organisation, no_address, or opted_out; null where it may.';

-- packs/training/schema/freeze_digests.sql

-- Object: analytics.freeze_digests()
-- Why: the same idempotency key with another body is an error, so the mails and the key are stored before the first
--      attempt. It is the last moment at which a manager can be left out.
create or replace function analytics.freeze_digests(lease_id uuid, mails jsonb)
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

comment on function analytics.freeze_digests(uuid, jsonb) is
    'Stores the mails of the leased batch, [{delivery_id, subject, html, plain_text}], and returns its idempotency key. What was frozen before stays, with its key. Null where the lease is lost, a mail of the batch is missing, or a manager of the batch left or opted out since it was claimed: do not send then, and claim again.';

-- packs/training/schema/has_opted_out.sql

-- Object: freshet.has_opted_out()
-- Why: one place decides whether a digest may be sent, when a week is planned and again when a mail is claimed.
create or replace function freshet.has_opted_out(org_id uuid, manager_id text, email text)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select exists (
        select
        from analytics.digest_opt_outs as o
        where (o.org_id = has_opted_out.org_id and o.manager_id = has_opted_out.manager_id and o.email is null)
            -- An address that bounced or complained gets no mail, whichever manager or organisation it was about.
            or lower(o.email) = lower(has_opted_out.email)
    );
$$;

comment on function freshet.has_opted_out(uuid, text, text) is
    'Whether the manager unsubscribed from digests of the organisation, or this address bounced, complained or is suppressed, in whichever organisation.';

-- packs/training/schema/last_whole_week.sql

-- Object: freshet.last_whole_week()
-- Why: a digest is about the last week that is over, also when the job runs days late. Only the day counts, so that the
--      rule can be tested for any day.
create function freshet.last_whole_week(today date)
returns date
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select date_trunc('week', today::timestamp)::date - 7;
$$;

revoke all on function freshet.last_whole_week(date) from public, anon, authenticated;

comment on function freshet.last_whole_week(date) is 'Monday of the week before that of `today`, a UTC day. Weeks are those of ISO 8601: Monday to Sunday.';

-- packs/training/schema/plan_digests.sql

-- Object: analytics.plan_digests()
-- Why: who gets a digest, and its figures, are decided once a week in one statement: all mails show one snapshot. Views
--      that are older than the week's end would make wrong figures of it, and a mail cannot be taken back.
create or replace function analytics.plan_digests(week_on date default null)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    today constant date := (now() at time zone 'UTC')::date;
    reported_on constant date := coalesce(week_on, freshet.last_whole_week(today));
    old record;
    planned_count bigint;
begin
    if extract(isodow from reported_on) <> 1 or reported_on + 7 > today then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot plan digests of the week of %s: a week begins on a Monday and must be over', reported_on),
            hint = 'Without an argument the last whole week is planned.';
    end if;

    select v.view_name, v.verified_at into old
    from analytics.views as v
    where v.view_name in ('mv_user_activity_day', 'mv_assignment_status')
        and coalesce(v.verified_at, '-infinity') < (reported_on + 7)::timestamp at time zone 'UTC'
    order by v.verified_at nulls first
    limit 1;
    if found then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('cannot plan digests of the week of %s: %s was last brought up to date at %s, before the week was over', reported_on, old.view_name, coalesce(to_char(old.verified_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"'), 'no time')),
            hint = format('End the trouble of the view, select analytics.refresh_view(%L), and then select analytics.send_weekly_digest(%L).', old.view_name, reported_on);
    end if;

    insert into analytics.digest_deliveries as d (week_on, org_id, manager_id, email, figures, status, error_code, settled_at)
    select
        reported_on, f.org_id, f.manager_id, u.email, case when x.refusal is null then f.figures || jsonb_build_object('org_name', o.name) end,
        case when x.refusal is null then 'pending' else 'suppressed' end, x.refusal,
        case when x.refusal is not null then now() end
    from freshet.digest_figures(reported_on, today) as f
    join public.users as u on u.id = f.manager_id
    join public.orgs as o on o.id = f.org_id
    cross join lateral (select freshet.digest_refusal(f.org_id, f.manager_id, u.email) as refusal) as x
    order by f.org_id, f.manager_id
    on conflict on constraint digest_deliveries_week_on_org_id_manager_id_key do nothing;
    get diagnostics planned_count = row_count;
    return planned_count;
end
$$;

comment on function analytics.plan_digests(date) is
    'Writes a delivery for each manager with people, by default for the last whole week, and returns how many are new. A manager without an address, or who opted out, is suppressed. Idempotent: what is planned does not change. Raises 22023 for a day that is no Monday or a week that is not over, 55000 while a view behind the figures is older than the end of the week.';

-- packs/training/schema/retry_digests.sql

-- Object: analytics.retry_digests()
-- Why: whether a failed mail should be sent again is an operator's decision: one in doubt may have arrived. So the row
--      stays, with its token: the links of a first mail, and messages about it, must still work.
create or replace function analytics.retry_digests(week_on date)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
    retried_count bigint;
begin
    with now_planned as (
        select p.delivery_id, f.figures || jsonb_build_object('org_name', o.name) as figures, u.email,
            case when f.manager_id is null then 'not_a_manager' else freshet.digest_refusal(p.org_id, p.manager_id, u.email) end as refusal
        from analytics.digest_deliveries as p
        join public.users as u on u.id = p.manager_id
        join public.orgs as o on o.id = p.org_id
        left join freshet.digest_figures(week_on, (now() at time zone 'UTC')::date) as f
            on f.org_id = p.org_id and f.manager_id = p.manager_id
        where p.week_on = retry_digests.week_on and p.status = 'failed'
    ),
    retried as (
        update analytics.digest_deliveries as d
        set email = case when n.refusal is null then n.email else d.email end,
            figures = case when n.refusal is null then n.figures end,
            status = case when n.refusal is null then 'pending' else 'suppressed' end,
            error_code = n.refusal,
            settled_at = case when n.refusal is not null then now() end,
            planned_at = clock_timestamp(),
            batch_id = null, batch_key = null, is_alone = false, provider_id = null, frozen_at = null
        from now_planned as n
        where d.delivery_id = n.delivery_id
        returning d.status
    )
    select count(*) filter (where r.status = 'pending') into retried_count from retried as r;
    return retried_count;
end
$$;

comment on function analytics.retry_digests(date) is
    'Plans the failed mails of a week again, to the addresses and with the figures of now, and returns how many mails were planned. Who is no manager any more, or opted out, is suppressed. The job resume-weekly-digest sends them within a minute.';

-- packs/training/schema/digest_deliveries.sql

comment on column analytics.digest_deliveries.frozen_at is 'When the batch was first about to be sent: from then on its mails do not change, until the provider is known to have sent none.';

comment on column analytics.digest_deliveries.error_code is
    'Why it was not sent, or not yet: not_a_manager, no_address, opted_out, too_late, answer_lost, not_rendered, not_configured, no_answer, failed_at_provider, or the provider''s name of the error.';

comment on column analytics.digest_deliveries.batch_key is
    'Idempotency key of the frozen batch. Kept, because a key that is made of the rows would change when one of them is deleted.';

-- packs/training/schema/digest_opt_outs.sql

create index digest_opt_outs_email_idx on analytics.digest_opt_outs (lower(email)) where email is not null;

-- packs/training/schema/claim_digests.sql

-- Object: analytics.claim_digests()
-- Why: one sender at a time, so that the provider's rate is kept without a shared counter, and one batch at a time, so
--      that a sender that is killed leaves one batch in doubt. A batch that may have been sent is given out again
--      unchanged; one that was never about to be sent is taken apart, so that what happened
--      meanwhile still counts: an opt-out, or a manager who left.
create or replace function analytics.claim_digests(lease_id uuid, lease_for interval default '3 minutes', batch_size integer default 100)
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

comment on function analytics.claim_digests(uuid, interval, integer) is
    'Leases the next batch to the caller, at most batch_size mails, ordered by delivery_id; no rows while another sender has a lease, the provider asked to wait, or nothing is left. frozen_at is set where the batch may have been sent: repeat it as it is. Suppresses who may get no mail any more, fails what is older than 48 hours, and what has been in doubt for 23.';

reset check_function_bodies;
