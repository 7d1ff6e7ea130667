-- Object: freshet.is_row_collapse()
-- Why: one definition for the detector and for the baseline that it compares with.
create function freshet.is_row_collapse(row_baseline bigint, row_count bigint)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- Half of a handful of rows may well disappear; if all are gone, every reader notices.
    select coalesce(row_baseline > 0 and (row_count = 0 or row_baseline >= 20 and row_count < 0.5 * row_baseline), false);
$$;

revoke all on function freshet.is_row_collapse(bigint, bigint) from public, anon, authenticated;

comment on function freshet.is_row_collapse(bigint, bigint) is
    'Whether a view has lost all of its rows, or more than half of at least 20.';
