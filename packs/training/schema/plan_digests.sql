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
