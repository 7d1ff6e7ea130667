-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- packs/training/schema/check_weekly_digest.sql

-- Object: analytics.check_weekly_digest()
-- Why: mails fail one by one, and an alert for each would be a flood. This job fails while the newest week has trouble:
--      one incident, like that of any failed job, which names the causes and counts.
create function analytics.check_weekly_digest()
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
        where o.opted_out_at >= (select min(d.planned_at) from analytics.digest_deliveries as d where d.week_on = newest)
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

revoke all on function analytics.check_weekly_digest() from public, anon, authenticated;

comment on function analytics.check_weekly_digest() is
    'Returns the Monday of the newest planned week if all is well, null while digests are off or none was planned. Raises 22000 with counts and remedies while mails of it failed, wait for over two hours or for a quota or key, or addresses bounced, complained or are suppressed.';

-- packs/training/schema/defer_digests.sql

-- Object: analytics.defer_digests()
-- Why: a rate limit, a quota or an outage of the provider is about all mails: the wait stops every sender.
create function analytics.defer_digests(lease_id uuid, error_code text, retry_after interval, is_refused boolean default false)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    deferred_count integer;
begin
    update analytics.digest_deliveries as d
    set error_code = defer_digests.error_code,
        lease_id = null,
        status = case when is_refused then 'pending' else 'claimed' end,
        claimed_until = case when not is_refused then clock_timestamp() + retry_after end,
        batch_id = case when not is_refused then d.batch_id end,
        is_alone = d.is_alone or is_refused,
        frozen_at = case when not is_refused then d.frozen_at end
    where d.lease_id = defer_digests.lease_id and d.status = 'claimed';
    get diagnostics deferred_count = row_count;
    return deferred_count;
end
$$;

revoke all on function analytics.defer_digests(uuid, text, interval, boolean) from public, anon, authenticated;

grant execute on function analytics.defer_digests(uuid, text, interval, boolean) to service_role;

comment on function analytics.defer_digests(uuid, text, interval, boolean) is
    'Gives the leased batch back: it is repeated unchanged after the wait. is_refused: the provider refused the batch as invalid and sent none of it; each mail is then sent in a request of its own. Returns how many were given back: 0 where the lease is lost. Service role only.';

-- packs/training/schema/digest_events.sql

-- Object: freshet.digest_events
-- Grain: one row per webhook of the mail provider that was taken in the last days
-- Why: a replayed message has a valid signature. Without its id here, a replay would stop the mails of a manager again
--      after an operator has resumed them.
create table freshet.digest_events (
    message_id text primary key check (octet_length(message_id) <= 200),
    taken_at timestamptz not null default now()
);

create index digest_events_taken_at_idx on freshet.digest_events (taken_at);

revoke all on table freshet.digest_events from public, anon, authenticated;

comment on table freshet.digest_events is 'Ids of the mail provider''s messages that were taken. Kept for 8 days.';

-- packs/training/schema/digest_figures.sql

-- Object: freshet.digest_figures()
-- Grain: one row per organisation and manager with people
-- Reads: public.org_members, public.dotted_lines, analytics.dim_users, analytics.mv_user_activity_day,
--      analytics.current_assignments
-- Why: the figures of all digests of a week in one statement, by the formulas of
--      freshet.reading_training_people_figures(), so that a mail and the page that it links to agree. The people of a
--      manager are those of freshet.scope_people_of_manager(), for all managers at once.
create function freshet.digest_figures(week_on date, today date)
returns table (org_id uuid, manager_id text, figures jsonb)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with active as materialized (
        select m.org_id, m.user_id, m.manager_id, m.role
        from public.org_members as m
        where m.left_at is null or m.left_at > now()
    ),
    lines as (
        select a.org_id, a.manager_id, a.user_id from active as a where a.manager_id is not null
        union
        select d.org_id, d.manager_id, d.user_id
        from public.dotted_lines as d
        join active as a on a.org_id = d.org_id and a.user_id = d.user_id
    ),
    -- The API shows other people's rows to managers and administrators alone, and so does the mail.
    people as materialized (
        select l.org_id, l.manager_id, l.user_id
        from lines as l
        join active as b on b.org_id = l.org_id and b.user_id = l.manager_id
        where b.role in ('admin', 'manager')
    ),
    activity as (
        select
            d.org_id,
            d.user_id,
            coalesce(sum(d.attempts_count) filter (where d.active_on >= week_on), 0)::bigint as attempts_count,
            coalesce(sum(d.scored_count) filter (where d.active_on >= week_on), 0)::bigint as scored_count,
            coalesce(sum(d.score_sum) filter (where d.active_on >= week_on), 0) as score_sum,
            coalesce(sum(d.scored_count) filter (where d.active_on < week_on), 0)::bigint as scored_before_count,
            coalesce(sum(d.score_sum) filter (where d.active_on < week_on), 0) as score_before_sum
        from analytics.mv_user_activity_day as d
        where d.active_on between week_on - 7 and week_on + 6
        group by d.org_id, d.user_id
    ),
    assignments as (
        select
            s.org_id,
            s.user_id,
            count(*) as assignments_count,
            count(s.completed_at) as completed_count,
            count(*) filter (where freshet.assignment_standing(s.completed_at, s.due_on, today) = 'overdue') as overdue_count
        from analytics.current_assignments as s
        group by s.org_id, s.user_id
    ),
    totals as (
        select
            p.org_id,
            p.manager_id,
            count(*) as people_count,
            count(*) filter (where a.attempts_count > 0) as active_count,
            coalesce(sum(a.attempts_count), 0) as attempts_count,
            coalesce(sum(a.scored_count), 0) as scored_count,
            sum(a.score_sum)::numeric(60, 30) / nullif(sum(a.scored_count), 0) as exact_avg_score,
            sum(a.score_before_sum)::numeric(60, 30) / nullif(sum(a.scored_before_count), 0) as exact_avg_before,
            coalesce(sum(s.assignments_count), 0) as assignments_count,
            coalesce(sum(s.completed_count), 0) as completed_count,
            coalesce(sum(s.overdue_count), 0) as overdue_count
        from people as p
        left join activity as a on a.org_id = p.org_id and a.user_id = p.user_id
        left join assignments as s on s.org_id = p.org_id and s.user_id = p.user_id
        group by p.org_id, p.manager_id
    ),
    -- An average of fewer than five scores says little about a person, and names them.
    scored as (
        select
            p.org_id, p.manager_id, p.user_id, u.name, a.scored_count,
            -- To thirty decimals: equal exactly where the averages are.
            round(a.score_sum::numeric(60, 30) / a.scored_count, 30) as exact_avg_score
        from people as p
        join activity as a on a.org_id = p.org_id and a.user_id = p.user_id
        left join analytics.dim_users as u on u.org_id = p.org_id and u.user_id = p.user_id
        where a.scored_count >= 5
    ),
    placed as (
        select
            s.*,
            row_number() over (best_first) as place,
            row_number() over (worst_first) as place_from_below,
            rank() over (partition by s.org_id, s.manager_id order by s.exact_avg_score desc) as score_rank,
            count(*) over (partition by s.org_id, s.manager_id, s.exact_avg_score) as tied_count
        from scored as s
        window
            best_first as (
                partition by s.org_id, s.manager_id order by s.exact_avg_score desc, s.scored_count desc, s.user_id
            ),
            worst_first as (
                partition by s.org_id, s.manager_id order by s.exact_avg_score, s.scored_count, s.user_id desc
            )
    ),
    listed as (
        select
            p.org_id,
            p.manager_id,
            jsonb_agg(r.person order by p.place) filter (where p.place <= 5) as best,
            jsonb_agg(r.person order by p.place_from_below) filter (where p.place > 5 and p.place_from_below <= 5) as lowest
        from placed as p
        cross join lateral (
            select jsonb_build_object(
                'user_id', p.user_id, 'name', p.name, 'avg_score', round(p.exact_avg_score, 3),
                'scored_count', p.scored_count, 'rank', p.score_rank, 'tied_count', p.tied_count
            ) as person
        ) as r
        where p.place <= 5 or p.place_from_below <= 5
        group by p.org_id, p.manager_id
    )
    select
        t.org_id,
        t.manager_id,
        jsonb_build_object(
            'people_count', t.people_count,
            'active_count', t.active_count,
            'attempts_count', t.attempts_count,
            'scored_count', t.scored_count,
            'avg_score', round(t.exact_avg_score, 3),
            'avg_score_change', round(t.exact_avg_score - t.exact_avg_before, 3),
            'assignments_count', t.assignments_count,
            'completed_count', t.completed_count,
            'completion_rate', round(t.completed_count / nullif(t.assignments_count, 0), 4),
            'overdue_count', t.overdue_count,
            'best', coalesce(l.best, '[]'),
            'lowest', coalesce(l.lowest, '[]')
        )
    from totals as t
    left join listed as l on l.org_id = t.org_id and l.manager_id = t.manager_id;
$$;

revoke all on function freshet.digest_figures(date, date) from public, anon, authenticated;

comment on function freshet.digest_figures(date, date) is
    'Figures of each manager''s people in the seven UTC days from week_on: totals; avg_score_change against the week before, null where either has no score; all their assignments as of today; best and lowest: at most five people each with at least five scores, no person in both, rank and tied_count by the exact average.';

-- packs/training/schema/digest_settings.sql

-- Object: analytics.digest_settings
-- Grain: at most one row
-- Why: a project without a mail provider has nothing to send and nothing to be alarmed about, so digests are off until
--      they are switched on here. Off also pauses a week that is being sent.
create table analytics.digest_settings (
    only_row boolean primary key default true check (only_row),
    is_on boolean not null
);

alter table analytics.digest_settings enable row level security;

revoke all on table analytics.digest_settings from public, anon, authenticated;

comment on table analytics.digest_settings is 'Whether weekly digests are sent; without a row they are not. Written by analytics.switch_weekly_digest().';

-- packs/training/schema/freeze_digests.sql

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

-- packs/training/schema/has_opted_out.sql

-- Object: freshet.has_opted_out()
-- Why: one place decides whether a digest may be sent, when a week is planned and again when a mail is claimed.
create function freshet.has_opted_out(org_id uuid, manager_id text, email text)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select exists (
        select
        from analytics.digest_opt_outs as o
        where o.org_id = has_opted_out.org_id
            and o.manager_id = has_opted_out.manager_id
            and (o.email is null or lower(o.email) = lower(has_opted_out.email))
    );
$$;

revoke all on function freshet.has_opted_out(uuid, text, text) from public, anon, authenticated;

comment on function freshet.has_opted_out(uuid, text, text) is
    'Whether the manager unsubscribed from digests of the organisation, or this address bounced, complained or is suppressed.';

-- packs/training/schema/plan_digests.sql

-- Object: analytics.plan_digests()
-- Why: who gets a digest, and its figures, are decided once a week in one statement: all mails show one snapshot.
create function analytics.plan_digests(week_on date default null)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    today constant date := (now() at time zone 'UTC')::date;
    reported_on constant date := coalesce(week_on, date_trunc('week', today::timestamp)::date - 7);
    planned_count bigint;
begin
    if extract(isodow from reported_on) <> 1 or reported_on + 7 > today then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot plan digests of the week of %s: a week begins on a Monday and must be over', reported_on),
            hint = 'Without an argument the last whole week is planned.';
    end if;

    insert into analytics.digest_deliveries as d (week_on, org_id, manager_id, email, figures, status, error_code, settled_at)
    select
        reported_on, f.org_id, f.manager_id, u.email, case when x.refusal is null then f.figures || jsonb_build_object('org_name', o.name) end,
        case when x.refusal is null then 'pending' else 'suppressed' end, x.refusal,
        case when x.refusal is not null then now() end
    from freshet.digest_figures(reported_on, today) as f
    join public.users as u on u.id = f.manager_id
    join public.orgs as o on o.id = f.org_id
    cross join lateral (
        select case
            when coalesce(u.email, '') = '' then 'no_address'
            when freshet.has_opted_out(f.org_id, f.manager_id, u.email) then 'opted_out'
        end as refusal
    ) as x
    order by f.org_id, f.manager_id
    on conflict on constraint digest_deliveries_week_on_org_id_manager_id_key do nothing;
    get diagnostics planned_count = row_count;
    return planned_count;
end
$$;

revoke all on function analytics.plan_digests(date) from public, anon, authenticated;

comment on function analytics.plan_digests(date) is
    'Writes a delivery for each manager with people, by default for the last whole week, and returns how many are new. A manager without an address, or who opted out, is suppressed. Idempotent: what is planned does not change. Raises 22023 for a day that is no Monday or a week that is not over.';

-- packs/training/schema/resume_weekly_digest.sql

-- Object: analytics.resume_weekly_digest()
-- Why: a sender has seconds, may be killed, and waits when the provider says so. Each minute this asks the table whether
--      a batch is due, and makes no HTTP call where none is.
create function analytics.resume_weekly_digest()
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    select analytics.invoke_function('weekly-digest')
    where exists (select from analytics.digest_settings as s where s.is_on)
        and exists (
            select
            from analytics.digest_deliveries as d
            where d.settled_at is null
            -- A batch that waits holds back all others.
            having count(*) > 0 and coalesce(max(d.claimed_until), '-infinity') <= clock_timestamp()
        );
$$;

revoke all on function analytics.resume_weekly_digest() from public, anon, authenticated;

comment on function analytics.resume_weekly_digest() is
    'Calls the function weekly-digest if digests are on and mails are due: unsettled, with no sender at work and no wait of the provider. Returns the request''s id, or null.';

-- packs/training/schema/retry_digests.sql

-- Object: analytics.retry_digests()
-- Why: whether a failed mail should be sent again is an operator's decision: one in doubt may have arrived.
create function analytics.retry_digests(week_on date)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
begin
    delete from analytics.digest_deliveries as d where d.week_on = week_on and d.status = 'failed';
    return analytics.plan_digests(week_on);
end
$$;

revoke all on function analytics.retry_digests(date) from public, anon, authenticated;

comment on function analytics.retry_digests(date) is
    'Plans the failed mails of a week again, with the figures of now, and returns how many mails were planned. The job resume-weekly-digest sends them within a minute.';

-- packs/training/schema/send_weekly_digest.sql

-- Object: analytics.send_weekly_digest()
-- Why: planning is SQL and sending is HTTP. The function sends for seconds only; analytics.resume_weekly_digest() calls it
--      again while mails are left.
create function analytics.send_weekly_digest(week_on date default null)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    planned_count bigint;
begin
    if not exists (select from analytics.digest_settings as s where s.is_on) then
        return null;
    end if;
    planned_count := analytics.plan_digests(week_on);
    perform analytics.resume_weekly_digest();
    return planned_count;
end
$$;

revoke all on function analytics.send_weekly_digest(date) from public, anon, authenticated;

comment on function analytics.send_weekly_digest(date) is
    'Plans the digests of a week, by default of the last whole one, and calls the function that sends them. Returns how many were planned, null while digests are off. Idempotent: a planned week is not planned again.';

-- packs/training/schema/settle_digests.sql

-- Object: analytics.settle_digests()
-- Why: only the holder of the lease settles. A sender that lost it may be right about its mails, but the next one repeats
--      the batch with the same key and gets the same answer.
create function analytics.settle_digests(lease_id uuid, results jsonb)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    -- The local data API sends jsonb as a text within jsonb.
    given constant jsonb := case when jsonb_typeof(results) = 'string' then (results #>> '{}')::jsonb else results end;
    settled_count integer;
begin
    update analytics.digest_deliveries as d
    set status = case when r.provider_id is not null then 'sent' else 'failed' end,
        provider_id = r.provider_id,
        error_code = case when r.provider_id is null then coalesce(r.error_code, 'unknown') end,
        settled_at = clock_timestamp(), claimed_until = null, lease_id = null,
        figures = null, subject = null, html = null, plain_text = null
    from jsonb_to_recordset(given) as r (delivery_id bigint, provider_id text, error_code text)
    where d.delivery_id = r.delivery_id and d.lease_id = settle_digests.lease_id and d.status = 'claimed';
    get diagnostics settled_count = row_count;
    return settled_count;
end
$$;

revoke all on function analytics.settle_digests(uuid, jsonb) from public, anon, authenticated;

grant execute on function analytics.settle_digests(uuid, jsonb) to service_role;

comment on function analytics.settle_digests(uuid, jsonb) is
    'Settles mails of the leased batch, [{delivery_id, provider_id, error_code}]: sent with a provider_id, else failed. Figures and bodies are deleted. Returns how many were settled: 0 where the lease is lost. Service role only.';

-- packs/training/schema/switch_weekly_digest.sql

-- Object: analytics.switch_weekly_digest()
-- Why: see analytics.digest_settings.
create function analytics.switch_weekly_digest(is_on boolean)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into analytics.digest_settings as s (is_on)
    values (switch_weekly_digest.is_on)
    on conflict (only_row) do update set is_on = excluded.is_on;
$$;

revoke all on function analytics.switch_weekly_digest(boolean) from public, anon, authenticated;

comment on function analytics.switch_weekly_digest(boolean) is
    'Switches weekly digests on or off. Off pauses a week that is being sent; its mails go on when switched on within two days.';

-- packs/training/schema/take_digest_event.sql

-- Object: analytics.take_digest_event()
-- Why: the delivery is known by the tag that the mail carries, and not by the provider's id: a bounce may come before the
--      sender has settled. The address must be that of the delivery, since other deployments may share the account.
create function analytics.take_digest_event(message_id text, reason text, delivery_id bigint, email text)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    delivery analytics.digest_deliveries;
begin
    delete from freshet.digest_events as e where e.taken_at < now() - interval '8 days';
    insert into freshet.digest_events (message_id) values (take_digest_event.message_id) on conflict do nothing;
    if not found then
        return 'replayed';
    end if;
    select d.* into delivery
    from analytics.digest_deliveries as d
    where d.delivery_id = take_digest_event.delivery_id and lower(d.email) = lower(take_digest_event.email);
    if not found then
        return 'unknown';
    end if;

    if take_digest_event.reason = 'failed' then
        if delivery.status = 'claimed' then
            raise exception using
                errcode = 'object_not_in_prerequisite_state',
                message = format('digest %s is not settled yet', delivery.delivery_id),
                hint = 'The provider sends the message again.';
        end if;
        update analytics.digest_deliveries as d
        set status = 'failed', error_code = 'failed_at_provider'
        where d.delivery_id = delivery.delivery_id and d.status = 'sent';
        return 'taken';
    end if;

    -- The address is the same in each organisation that sent to it.
    insert into analytics.digest_opt_outs as o (org_id, manager_id, reason, email)
    select distinct d.org_id, d.manager_id, take_digest_event.reason, delivery.email
    from analytics.digest_deliveries as d
    where lower(d.email) = lower(delivery.email)
    on conflict (org_id, manager_id, reason) do update set email = excluded.email, opted_out_at = excluded.opted_out_at;
    return 'taken';
end
$$;

revoke all on function analytics.take_digest_event(text, text, bigint, text) from public, anon, authenticated;

grant execute on function analytics.take_digest_event(text, text, bigint, text) to service_role;

comment on function analytics.take_digest_event(text, text, bigint, text) is
    'Takes one verified message of the mail provider. reason bounced, complained or suppressed: no further digest goes to the address; failed: the mail counts as failed. Answers taken; replayed for an id that was taken before; unknown where no delivery has this id and address. Idempotent by message_id. Raises 55000 for failed before the mail is settled: send it again. Service role only.';

-- packs/training/schema/unsubscribe_from_digests.sql

-- Object: analytics.unsubscribe_from_digests()
-- Why: a link in a mail must work without a login (RFC 8058), so the random token of the mail is the whole proof.
create function analytics.unsubscribe_from_digests(token uuid)
returns boolean
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    insert into analytics.digest_opt_outs (org_id, manager_id, reason)
    select d.org_id, d.manager_id, 'unsubscribed'
    from analytics.digest_deliveries as d
    where d.unsubscribe_token = token
    on conflict do nothing;

    select exists (select from analytics.digest_deliveries as d where d.unsubscribe_token = token);
$$;

revoke all on function analytics.unsubscribe_from_digests(uuid) from public, anon, authenticated;

grant execute on function analytics.unsubscribe_from_digests(uuid) to service_role;

comment on function analytics.unsubscribe_from_digests(uuid) is
    'Stops the digests of the organisation for the manager to whom the mail with this token went. Returns false for an unknown token. Idempotent. Service role only.';

-- packs/training/schema/digest_deliveries.sql

-- Object: analytics.digest_deliveries
-- Grain: one row per week, organisation and manager: one mail
-- Reads: freshet.digest_figures(), by analytics.plan_digests()
-- Why: this table makes that each mail is sent once. The mail provider forgets an idempotency key after a day; the unique
--      row does not. A batch is frozen before it is sent, so that a batch whose answer was lost is repeated with the
--      same mails and the same key.
create table analytics.digest_deliveries (
    delivery_id bigint generated always as identity primary key,
    week_on date not null check (extract(isodow from week_on) = 1),
    org_id uuid not null,
    manager_id text not null,
    email text,
    figures jsonb,
    status text not null default 'pending' check (status in ('pending', 'claimed', 'sent', 'failed', 'suppressed')),
    batch_id bigint,
    is_alone boolean not null default false,
    lease_id uuid,
    claimed_until timestamptz,
    subject text,
    html text,
    plain_text text,
    attempts_count integer not null default 0,
    provider_id text,
    error_code text check (error_code ~ '^[a-z][a-z0-9_]{0,63}$'),
    planned_at timestamptz not null default now(),
    frozen_at timestamptz,
    settled_at timestamptz,
    unsubscribe_token uuid not null default gen_random_uuid() unique,
    unique (week_on, org_id, manager_id),
    foreign key (org_id, manager_id) references public.org_members (org_id, user_id) on delete cascade,
    check ((status in ('sent', 'failed', 'suppressed')) = (settled_at is not null)),
    check ((status = 'claimed') = (claimed_until is not null)),
    check (status <> 'claimed' or batch_id is not null),
    check (status <> 'sent' or provider_id is not null),
    check (frozen_at is null or settled_at is not null or (subject is not null and html is not null and plain_text is not null))
);

create index digest_deliveries_member_idx on analytics.digest_deliveries (org_id, manager_id);

create index digest_deliveries_unsettled_idx on analytics.digest_deliveries (delivery_id) where settled_at is null;

create index digest_deliveries_provider_id_idx on analytics.digest_deliveries (provider_id) where provider_id is not null;

alter table analytics.digest_deliveries enable row level security;

revoke all on table analytics.digest_deliveries from public, anon, authenticated;

comment on table analytics.digest_deliveries is
    'The weekly digest: one row per week, organisation and manager. Figures and mail are kept until the row is settled, and no longer.';

comment on column analytics.digest_deliveries.week_on is 'Monday of the reported week, UTC.';

comment on column analytics.digest_deliveries.email is 'The address when the week was planned; null where the manager had none.';

comment on column analytics.digest_deliveries.figures is 'freshet.digest_figures() when the week was planned; null once settled.';

comment on column analytics.digest_deliveries.batch_id is 'The smallest delivery_id of the mails that are sent in one request.';

comment on column analytics.digest_deliveries.is_alone is
    'The provider refused a batch with this mail as invalid: it is sent in a request of its own, so that one bad mail holds back no other.';

comment on column analytics.digest_deliveries.claimed_until is
    'Until then no other sender takes the batch: the end of the lease, or of the wait that the provider asked for.';

comment on column analytics.digest_deliveries.frozen_at is 'When the batch was first about to be sent: from then on its mails do not change.';

comment on column analytics.digest_deliveries.error_code is
    'Why it was not sent, or not yet: no_address, opted_out, too_late, answer_lost, not_rendered, not_configured, no_answer, failed_at_provider, or the provider''s name of the error.';

comment on column analytics.digest_deliveries.unsubscribe_token is
    'Random: the link of the mail holds it, and only the link. It works as long as the row exists.';

-- packs/training/schema/digest_opt_outs.sql

-- Object: analytics.digest_opt_outs
-- Grain: one row per organisation, manager and reason
-- Why: a manager who unsubscribed gets no digest of that organisation, whatever the address. A bounce or a complaint is
--      about an address, so a new address gets digests again.
create table analytics.digest_opt_outs (
    org_id uuid not null,
    manager_id text not null,
    reason text not null check (reason in ('unsubscribed', 'bounced', 'complained', 'suppressed')),
    email text,
    opted_out_at timestamptz not null default now(),
    primary key (org_id, manager_id, reason),
    foreign key (org_id, manager_id) references public.org_members (org_id, user_id) on delete cascade,
    check ((reason = 'unsubscribed') = (email is null))
);

alter table analytics.digest_opt_outs enable row level security;

revoke all on table analytics.digest_opt_outs from public, anon, authenticated;

comment on table analytics.digest_opt_outs is 'Managers to whom no further digest is sent. Deleting a row resumes them.';

comment on column analytics.digest_opt_outs.email is 'The address that the reason is about; null for unsubscribed, which is about all.';

-- packs/training/schema/claim_digests.sql

-- Object: analytics.claim_digests()
-- Why: one sender at a time, so that the provider's rate is kept without a shared counter, and one batch at a time, so
--      that a sender that is killed leaves one batch in doubt. A batch that may have been sent is given out again
--      unchanged; one that was never about to be sent is taken apart, so that an opt-out meanwhile still counts.
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
    set status = 'suppressed', error_code = 'opted_out', settled_at = moment, figures = null
    where d.status = 'pending' and freshet.has_opted_out(d.org_id, d.manager_id, d.email);

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
    'Leases the next batch to the caller, at most batch_size mails, ordered by delivery_id; no rows while another sender has a lease, the provider asked to wait, or nothing is left. frozen_at is set where the batch may have been sent: repeat it as it is. Fails what is older than 48 hours, and what has been in doubt for 23.';

-- packs/training/schema/check_weekly_digest.sql

select analytics.register_job(
    job_name => 'check-weekly-digest',
    schedule => '20 * * * *',
    command => 'set statement_timeout = ''1min''; select analytics.check_weekly_digest()',
    max_runtime => '2 minutes'
);

-- packs/training/schema/resume_weekly_digest.sql

select analytics.register_job(
    job_name => 'resume-weekly-digest',
    schedule => '* * * * *',
    command => 'set statement_timeout = ''30s''; select analytics.resume_weekly_digest()'
);

-- packs/training/schema/send_weekly_digest.sql

select analytics.register_job(
    job_name => 'send-weekly-digest',
    schedule => '0 8 * * 1',
    command => 'set statement_timeout = ''5min''; select analytics.send_weekly_digest()'
);

reset check_function_bodies;
