-- Object: freshet.cluster_timeline()
-- Why: a restore of the same cluster to an earlier moment keeps its system identifier, and everything in the database agrees
--      with itself. What moves is the timeline in the control file: PostgreSQL begins another one whenever it ends a recovery
--      from a backup. Like the system identifier it may be read by every role.
create function freshet.cluster_timeline()
returns integer
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select c.timeline_id from pg_catalog.pg_control_checkpoint() as c;
$$;

revoke all on function freshet.cluster_timeline() from public, anon, authenticated;

comment on function freshet.cluster_timeline() is
    'Moves by one when a recovery from a backup ends, and when a standby takes over; a crash leaves it.';
