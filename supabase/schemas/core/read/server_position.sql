-- Object: freshet.server_position()
-- Why: an answer of a replica is worth as much as what is known of its lag. The time of the last replayed transaction
--      says nothing while the primary writes nothing, so the position in the WAL comes with it: a replica that has
--      reached a position of the primary has everything that was committed before, and no clock is compared.
-- Why server: a replica that was promoted says that it is no replica. Its start tells it from the primary.
-- Why history: positions and versions of another database, of a restored copy, or of a replica that a restored primary has
--      left behind look like ours. A system identifier is given by initdb and kept by physical copies; a copy that was
--      restored, or promoted, goes on in a timeline of its own.
create function freshet.server_position()
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object(
        'server', (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint::text,
        'is_replica', p.is_replica,
        'history', (select s.system_identifier from pg_control_system() as s) || '.' || case
            -- Its control file names a timeline that a replica has followed minutes later; where it streams, that is known at once.
            when p.is_replica then (
                select greatest(c.timeline_id, r.min_recovery_end_timeline, w.received_tli)
                from pg_control_checkpoint() as c, pg_control_recovery() as r, pg_stat_get_wal_receiver() as w
            )
            -- The control file of a primary that was promoted names its timeline after the next checkpoint, WAL files at once.
            else ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::integer
        end,
        -- Where the next record begins a page of the WAL, the primary counts the page's header (24 bytes, in the first
        -- page of a segment 40), and a replica that has everything does not.
        'position', p.bytes - case when not p.is_replica and p.bytes % 8192 in (24, 40) then p.bytes % 8192 else 0 end,
        'lag_ms', case when p.is_replica and p.lag < interval '0' then 0 when p.is_replica then ceil(extract(epoch from p.lag) * 1000)::bigint end
    )
    from (
        select
            r.is_replica,
            (case when r.is_replica then pg_last_wal_replay_lsn() else pg_current_wal_insert_lsn() end - '0/0'::pg_lsn)::bigint,
            -- Below nothing where the two servers' clocks differ.
            clock_timestamp() - pg_last_xact_replay_timestamp()
        from (select pg_is_in_recovery()) as r (is_replica)
    ) as p (is_replica, bytes, lag);
$$;

revoke all on function freshet.server_position() from public, anon, authenticated;

comment on function freshet.server_position() is
    'Which server this is: {server: its start in microseconds since the epoch, as text, is_replica, history: the system identifier and the timeline of its WAL, position: bytes of WAL that a primary has written or a replica has replayed, lag_ms: milliseconds since the commit of the last transaction that a replica has replayed, an upper bound of its lag; null on a primary, and before the first one}.';
