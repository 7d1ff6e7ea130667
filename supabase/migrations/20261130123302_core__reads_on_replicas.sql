-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- supabase/schemas/core/read/get_view.sql

-- Object: analytics.get_view()
-- Why: replicas take GET only, and an argument of a GET is text. Some versions of the data API make a JSON string of it
--      where the parameter is jsonb, with the request in it.
-- Why volatile: the position is read by a statement of its own, before read_view takes its snapshot. In one statement the
--      snapshot would be the older of the two, and the position would promise a commit that the rows do not have. The
--      data API runs every GET in a transaction that cannot write.
create function analytics.get_view(view_name text, request jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    server constant jsonb := freshet.server_position();
begin
    if jsonb_typeof(request) = 'string' then
        request := (request #>> '{}')::jsonb;
    end if;
    return analytics.read_view(view_name, request) || jsonb_build_object('server', server);
end
$$;

revoke all on function analytics.get_view(text, jsonb) from public, anon, authenticated;

grant execute on function analytics.get_view(text, jsonb) to service_role;

comment on function analytics.get_view(text, jsonb) is
    'analytics.read_view for GET: the same request, and the answer has one more member, server, as freshet.server_position gives it, read before the rows. Service role only.';

-- supabase/schemas/core/read/get_view_states.sql

-- Object: analytics.get_view_states()
-- Why: versions that a replica knows are worth as much as what is known of its lag, so both come in one answer. The
--      position is read before the states, for the reason given at analytics.get_view.
create function analytics.get_view_states()
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    server constant jsonb := freshet.server_position();
begin
    return jsonb_build_object('server', server, 'states', analytics.view_states());
end
$$;

revoke all on function analytics.get_view_states() from public, anon, authenticated;

grant execute on function analytics.get_view_states() to service_role;

comment on function analytics.get_view_states() is
    'analytics.view_states with the server that answers: {server: as freshet.server_position gives it, states: as view_states gives them}. Service role only.';

-- supabase/schemas/core/read/server_position.sql

-- Object: freshet.server_position()
-- Why: an answer of a replica is worth as much as what is known of its lag. The time of the last replayed transaction
--      says nothing while the primary writes nothing, so the position in the WAL comes with it: a replica that has
--      reached a position of the primary has everything that was committed before, and no clock is compared.
-- Why server: a replica that was promoted says that it is no replica. Its start tells it from the primary.
create function freshet.server_position()
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object(
        'server', (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint::text,
        'is_replica', p.is_replica,
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
    'Which server this is: {server: its start in microseconds since the epoch, as text, is_replica, position: bytes of WAL that a primary has written or a replica has replayed, lag_ms: milliseconds since the commit of the last transaction that a replica has replayed, an upper bound of its lag; null on a primary, and before the first one}.';

reset check_function_bodies;
