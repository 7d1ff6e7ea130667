-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- packs/training/schema/refresh_reporting_views.sql

-- Object: freshet.refresh_reporting_views(), public.refresh_reporting_views()
-- Why: the button of the reporting page, which brings all views of the pack up to date at once. It is not a job: each
--      view has its own, so that a failing view is seen, and rolled back, alone. An organisation's admin may press it,
--      and the views belong to all organisations: a view that any caller refreshed in the last minute is not refreshed
--      again for a person, who gets its ledger row; the others are refreshed.
create or replace function freshet.refresh_reporting_views()
returns setof analytics.refresh_log
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    is_person constant boolean := analytics.is_admin() or freshet.is_org_admin();
    wanted text;
    entry analytics.refresh_log;
    is_canceled boolean := false;
begin
    if not is_person then
        perform freshet.assert_operator();
    end if;
    for wanted in
        select o.view_name
        from freshet.refresh_order() as o
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
        -- A statement's limit cancels once: without this the remaining views would be refreshed without any limit.
        if is_canceled then
            return next freshet.refresh_not_tried(wanted);
            continue;
        end if;
        entry := freshet.attempt_refresh(wanted);
        is_canceled := entry.sqlstate is not distinct from '57014';
        return next entry;
    end loop;
end
$$;

comment on function public.refresh_reporting_views() is
    'Refreshes every view of the training pack, sources first, and returns a ledger row for each; if a view fails, only its own work is rolled back. Admins of an organisation and of the platform: a view that was refreshed less than a minute ago is not refreshed again, its last row is returned. Service role: without a limit. Any other caller gets 42501. A call over the data API ends after 60 seconds; views that it did not reach have outcome not_tried and no row in the ledger: analytics.request_refresh(pack => ''training'') has each view''s own limit.';

reset check_function_bodies;
