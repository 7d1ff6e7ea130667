create function freshet.is_row_collapse(row_baseline bigint, row_count bigint)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- Of a handful of rows half may well go; all of them are missed by every reader.
    select coalesce(row_baseline > 0 and (row_count = 0 or row_baseline >= 20 and row_count < 0.5 * row_baseline), false);
$$;

revoke all on function freshet.is_row_collapse(bigint, bigint) from public, anon, authenticated;

comment on function freshet.is_row_collapse(bigint, bigint) is
    'Whether a view has lost all of its rows, or more than half of at least 20.';
