-- Object: analytics.retry_digests()
-- Why: whether a failed mail should be sent again is an operator's decision: one in doubt may have arrived. So the row
--      stays, with its token: the links of a first mail, and messages about it, must still work.
create function analytics.retry_digests(week_on date)
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

revoke all on function analytics.retry_digests(date) from public, anon, authenticated;

comment on function analytics.retry_digests(date) is
    'Plans the failed mails of a week again, to the addresses and with the figures of now, and returns how many mails were planned. Who is no manager any more, or opted out, is suppressed. The job resume-weekly-digest sends them within a minute.';
