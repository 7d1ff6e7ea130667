create function freshet.is_passing(sqlstate text)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- Out of time, a lock that another holds, a deadlock.
    select sqlstate in ('57014', '55P03', '40P01', '40001');
$$;

revoke all on function freshet.is_passing(text) from public, anon, authenticated;

comment on function freshet.is_passing(text) is 'Whether what failed may well succeed the next time.';
