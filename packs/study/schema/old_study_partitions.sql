-- Object: freshet.old_study_partitions()
-- Why: by their bounds and not by their names, so that a partition of a year that a project attached is dropped too.
create function freshet.old_study_partitions()
returns table (partition regclass, from_at timestamptz, to_at timestamptz)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
select b.partition, b.from_at, b.to_at
from (
    select
        i.inhrelid::regclass as partition,
        substring(pg_get_expr(c.relpartbound, c.oid) from $b$FROM \('([^']+)'\)$b$)::timestamptz as from_at,
        substring(pg_get_expr(c.relpartbound, c.oid) from $b$TO \('([^']+)'\)$b$)::timestamptz as to_at
    from pg_catalog.pg_inherits as i
    join pg_catalog.pg_class as c on c.oid = i.inhrelid
    where i.inhparent = 'public.study_events'::regclass
) as b
-- In UTC: by the session's zone, two years before a leap day would depend on where it is.
where b.to_at <= ((now() at time zone 'UTC') - interval '2 years') at time zone 'UTC'
order by b.to_at
$$;

revoke all on function freshet.old_study_partitions() from public, anon, authenticated;

comment on function freshet.old_study_partitions() is
    'Partitions of public.study_events that ended two years ago or earlier, the oldest first. from_at is null for one without a lower bound.';
