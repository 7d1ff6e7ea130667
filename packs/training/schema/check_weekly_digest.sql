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

revoke all on function analytics.check_weekly_digest() from public, anon, authenticated;

comment on function analytics.check_weekly_digest() is
    'Returns the Monday of the newest planned week if all is well, null while digests are off or none was planned. Raises 22000 with counts and remedies while mails of it failed, wait for over two hours or for a quota or key, or addresses bounced, complained or are suppressed.';

select analytics.register_job(
    job_name => 'check-weekly-digest',
    schedule => '20 * * * *',
    command => 'set statement_timeout = ''1min''; select analytics.check_weekly_digest()',
    max_runtime => '2 minutes'
);
