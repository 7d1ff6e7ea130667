-- Object: analytics.accept_row_count()
-- Why: only a person knows that a view was meant to lose its rows.
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
    'Declares the current row count of a view correct: its row_collapse ends with the next pass. Returns the count; null for an unknown view. Idempotent.';
