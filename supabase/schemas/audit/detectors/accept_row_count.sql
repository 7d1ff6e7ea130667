-- Object: analytics.accept_row_count()
-- Grain: one row per registered view
-- Why: that a refresh happened is proved by the catalogue, not by whoever says that it did: it writes the view's row of
--      pg_class anew, even when no data has changed, and nothing else that goes on by itself does.
create function analytics.accept_row_count(view_name text)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    update analytics.view_watch as w
    set row_baseline = v.row_count
    from analytics.views as v
    where v.view_name = w.view_name and w.view_name = accept_row_count.view_name
    returning w.row_baseline;
$$;

revoke all on function analytics.accept_row_count(text) from public, anon, authenticated;

comment on function analytics.accept_row_count(text) is
    'The rows that a view has now are as they should be: its row_collapse ends with the next pass. Returns them; null for an unknown view. Idempotent.';
