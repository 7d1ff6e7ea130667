-- Object: freshet.refresh_not_tried()
-- Why: a canceled call reports the views that it did not reach, in rows like those of the others.
create function freshet.refresh_not_tried(view_name text)
returns analytics.refresh_log
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    entry analytics.refresh_log;
begin
    entry.view_name := view_name;
    entry.requested_by := 'manual';
    entry.outcome := 'not_tried';
    entry.message := 'the call was canceled before the turn of this view';
    return entry;
end
$$;

revoke all on function freshet.refresh_not_tried(text) from public, anon, authenticated;

comment on function freshet.refresh_not_tried(text) is
    'A row for a view that a canceled call did not reach. Nothing was attempted, so it is not in the ledger.';
