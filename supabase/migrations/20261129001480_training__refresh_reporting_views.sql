-- Object: private.refresh_reporting_views() (replaced), private.is_org_admin()
-- Why: the button stands on an organisation's page, so its admin may press it. The views are everybody's: what anybody had
--      refreshed in the last minute is not done again for a person, and answers with its row of the ledger; the rest is done.

create function private.is_org_admin()
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    claims constant jsonb := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
begin
    -- The membership as it is now: a token outlives it.
    return coalesce(claims ->> 'role' = 'authenticated' and claims ->> 'org_role' = 'admin', false)
        and exists (
            select
            from public.org_members as m
            where m.org_id::text = claims ->> 'org_id'
                and m.user_id = claims ->> 'sub'
                and m.role = 'admin'
                and (m.left_at is null or m.left_at > now())
        );
end
$$;
revoke all on function private.is_org_admin() from public, anon, authenticated;
comment on function private.is_org_admin() is
    'Whether the verified token is of an admin of an organisation who is one still. Of definer functions only: it reads memberships.';

create or replace function private.refresh_reporting_views()
returns setof analytics.refresh_log
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    is_person constant boolean := analytics.is_admin() or private.is_org_admin();
    wanted text;
    entry analytics.refresh_log;
begin
    if not is_person then
        perform private.assert_operator();
    end if;
    for wanted in
        select o.view_name
        from private.refresh_order() as o
        join analytics.views as v on v.view_name = o.view_name
        where v.pack = 'training'
        order by o.depth, o.view_name
    loop
        if is_person then
            select l.* into entry
            from analytics.refresh_log as l
            where l.view_name = wanted
                and l.outcome in ('refreshed', 'skipped_clean')
                and l.started_at > now() - interval '1 minute'
            order by l.id desc
            limit 1;
            if found then
                return next entry;
                continue;
            end if;
        end if;
        return next private.attempt_refresh(wanted);
    end loop;
end
$$;
comment on function public.refresh_reporting_views() is
    'Refreshes every view of the training pack, sources first, and returns a ledger row for each; one that fails is undone alone. Admins of an organisation and of the platform: a view that was refreshed less than a minute ago is not refreshed again, its row is that of then. Service role: as often as it likes. Anybody else gets 42501. A call over the data API ends after 60 seconds: analytics.request_refresh(pack => ''training'') has each view''s own limit.';
