-- Object: freshet.is_passing()
-- Why: an error that passes by itself is repeated, and is no defect of the detector.
create function freshet.is_passing(sqlstate text)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- Timeout, a lock of another session, a deadlock, a serialization failure.
    select sqlstate in ('57014', '55P03', '40P01', '40001');
$$;

revoke all on function freshet.is_passing(text) from public, anon, authenticated;

comment on function freshet.is_passing(text) is 'Whether an error may well not occur the next time.';
