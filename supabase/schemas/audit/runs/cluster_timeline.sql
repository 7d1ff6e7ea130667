-- Object: freshet.cluster_timeline()
-- Why: a restore of the same cluster to an earlier moment keeps its system identifier, and everything in the database
--      is consistent. What changes is the timeline in the control file: PostgreSQL begins a new one whenever it ends a
--      recovery from a backup. Every role may read it, like the system identifier.
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
    'Moves by one when a recovery from a backup ends, and when a standby takes over; a crash does not change it.';
