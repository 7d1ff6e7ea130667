-- Object: analytics.plan_digests()
-- Why: who gets a digest, and its figures, are decided once a week in one statement: all mails show one snapshot. Views
--      that are older than the week's end would make wrong figures of it, and a mail cannot be taken back.
create function analytics.plan_digests(week_on date default null)
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

revoke all on function analytics.plan_digests(date) from public, anon, authenticated;

comment on function analytics.plan_digests(date) is
    'Writes a delivery for each manager with people, by default for the last whole week, and returns how many are new. A manager without an address, or who opted out, is suppressed. Idempotent: what is planned does not change. Raises 22023 for a day that is no Monday or a week that is not over, 55000 while a view behind the figures is older than the end of the week.';
