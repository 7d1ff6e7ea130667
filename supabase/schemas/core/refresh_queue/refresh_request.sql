-- Object: freshet.refresh_request(), analytics.refresh_request()
-- Why: a request returns at once, so its caller looks up later what became of it.
create function freshet.refresh_request(id bigint)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    is_locked boolean;
    answer jsonb;
begin
    perform freshet.assert_operator();
    -- A running attempt is not committed; its lock is visible to every session.
    select exists (
        select
        from pg_catalog.pg_locks as l
        where l.locktype = 'advisory'
            and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
            and l.mode = 'ExclusiveLock'
            and l.granted
            and l.objsubid = 1
            and (l.classid::bigint << 32) | l.objid::bigint = freshet.refresh_request_key(refresh_request.id)
    ) into is_locked;

    select jsonb_build_object(
        'id', r.id,
        'state', case
            when r.finished_at is not null then 'finished'
            when is_locked or bool_or(v.outcome is not null) then 'running'
            else 'queued'
        end,
        'view', r.view_name,
        'pack', r.pack,
        'requested_by', r.requested_by,
        'requested_at', r.requested_at,
        'finished_at', r.finished_at,
        'views', jsonb_agg(
            jsonb_build_object(
                'view', v.view_name,
                'state', case
                    when v.outcome is not null then 'finished'
                    when is_locked and v.claimed_at is not null then 'running'
                    else 'queued'
                end,
                'outcome', v.outcome,
                'refresh_id', v.refresh_id,
                'group_count', l.group_count,
                'changed_count', l.changed_count,
                'unexplained_count', l.unexplained_count,
                'sqlstate', v.sqlstate,
                'message', case
                    -- The function that serves /ops asks with the secret key, and scrubs.
                    when v.outcome = 'failed' and analytics.is_admin() then freshet.told_refresh_message(v.sqlstate, v.refresh_id)
                    else left(v.message, 4000)
                end,
                'attempt_count', v.attempt_count,
                'started_at', v.claimed_at,
                'finished_at', v.finished_at
            )
            order by v.place
        )
    ) into answer
    from analytics.refresh_requests as r
    join analytics.refresh_request_views as v on v.request_id = r.id
    left join analytics.refresh_log as l on l.id = v.refresh_id
    where r.id = refresh_request.id
    group by r.id;
    return answer;
end
$$;

create function analytics.refresh_request(id bigint)
returns jsonb
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.refresh_request(id);
$$;

revoke all on function freshet.refresh_request(bigint) from public, anon, authenticated;

grant execute on function freshet.refresh_request(bigint) to authenticated, service_role;

revoke all on function analytics.refresh_request(bigint) from public, anon, authenticated;

grant execute on function analytics.refresh_request(bigint) to authenticated, service_role;

comment on function freshet.refresh_request(bigint) is
    'Checks the caller, then answers. Called through analytics.refresh_request.';

comment on function analytics.refresh_request(bigint) is
    'Operators only: the state of a request (queued, running or finished), and each of its views with outcome, ledger row and error; null where there is no such request. Admins see the SQLSTATE and where to find the message; the secret key gets it unscrubbed, for /ops.';
