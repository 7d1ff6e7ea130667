-- Object: freshet.assert_refresh_is_due()
-- Why: a person may refresh a view at most once a minute, through the queue or manual_refresh.
create function freshet.assert_refresh_is_due(view_name text, pack text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    last_at timestamptz;
begin
    select max(b.began_at) into last_at
    from (
        select l.view_name, l.started_at as began_at
        from analytics.refresh_log as l
        where l.requested_by in ('manual', 'request')
            and l.outcome <> 'skipped_busy'
            and l.started_at > now() - interval '1 minute'
        union all
        -- A refresh that is still running has no row in the ledger yet.
        select r.view_name, r.claimed_at
        from analytics.refresh_request_views as r
        join analytics.refresh_requests as q on q.id = r.request_id
        where r.claimed_at > now() - interval '1 minute' and q.requested_by <> 'change'
    ) as b
    left join analytics.views as v on v.view_name = b.view_name
    where (assert_refresh_is_due.view_name is null or b.view_name = assert_refresh_is_due.view_name)
        and (assert_refresh_is_due.pack is null or v.pack = assert_refresh_is_due.pack);
    if last_at is not null then
        raise exception using
            errcode = 'PT429',
            message = 'a manual refresh ran less than a minute ago',
            detail = format(
                'Try again in %s seconds.', greatest(1, ceil(extract(epoch from last_at + interval '1 minute' - now())))
            ),
            hint = 'Scheduled refreshes go on as usual.';
    end if;
end
$$;

revoke all on function freshet.assert_refresh_is_due(text, text) from public, anon, authenticated;

comment on function freshet.assert_refresh_is_due(text, text) is
    'Raises PT429 where the view, any view of the pack, or with neither any view at all, was refreshed by hand or by request less than a minute ago.';
