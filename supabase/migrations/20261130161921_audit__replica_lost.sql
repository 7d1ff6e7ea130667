-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- supabase/schemas/audit/kinds/replica_lost.sql

create function freshet.find_replica_lost()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        'read address',
        jsonb_build_object(
            'message', format('FRESHET_READ_URL %s, in %s audits in a row; the primary answers all reads', r.fault, r.fault_count),
            'looked_at', r.looked_at,
            'answered_at', r.answered_at,
            'lag_ms', r.lag_ms
        )
    from analytics.read_address as r
    where r.fault_count >= 2 and r.looked_at > clock_timestamp() - interval '15 minutes';
$$;

revoke all on function freshet.find_replica_lost() from public, anon, authenticated;

comment on function freshet.find_replica_lost() is
    'Kind replica_lost: the row of analytics.read_address with a fault in two audits or more. Nothing where no audit has looked for 15 minutes: the setting was removed.';

-- supabase/schemas/audit/pass/note_read_address.sql

-- Object: analytics.note_read_address()
create function analytics.note_read_address(fault text, lag_ms bigint)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    insert into analytics.read_address as r (answered_at, fault, fault_count, lag_ms)
    values (
        case when note_read_address.fault is null then clock_timestamp() end,
        left(note_read_address.fault, 500), (note_read_address.fault is not null)::integer, greatest(note_read_address.lag_ms, 0)
    )
    on conflict (is_the_one) do update
    set looked_at = clock_timestamp(),
        answered_at = coalesce(excluded.answered_at, r.answered_at),
        fault = excluded.fault,
        fault_count = case when excluded.fault is null then 0 else r.fault_count + 1 end,
        lag_ms = excluded.lag_ms;
$$;

revoke all on function analytics.note_read_address(text, bigint) from public, anon, authenticated;

grant execute on function analytics.note_read_address(text, bigint) to service_role;

comment on function analytics.note_read_address(text, bigint) is
    'Keeps what an audit found at the address that FRESHET_READ_URL names. Service role only. fault: null where it answers as it should; lag_ms: null where that is not known.';

-- supabase/schemas/audit/pass/read_address.sql

-- Object: analytics.read_address
-- Grain: one row once an audit has looked at the address that FRESHET_READ_URL names
-- Why: what a lost replica cannot answer the primary does, so no request fails, and the primary carries all reads. The
--      database does not know the address; the function that audits does, and looks at it in each audit.
create table analytics.read_address (
    is_the_one boolean primary key default true check (is_the_one),
    looked_at timestamptz not null default clock_timestamp(),
    answered_at timestamptz,
    fault text,
    fault_count integer not null default 0 check (fault_count >= 0),
    lag_ms bigint check (lag_ms >= 0)
);

alter table analytics.read_address enable row level security;

revoke all on table analytics.read_address from public, anon, authenticated;

comment on table analytics.read_address is 'Written by analytics.note_read_address() in each audit of a deployment that has FRESHET_READ_URL.';

comment on column analytics.read_address.looked_at is 'When an audit last looked. Older than 15 minutes: the setting was removed, or no audit runs.';

comment on column analytics.read_address.answered_at is 'When it last answered without a fault; null: never.';

comment on column analytics.read_address.fault is 'What was wrong at the last look; null: nothing.';

comment on column analytics.read_address.fault_count is 'Looks in a row that found a fault.';

comment on column analytics.read_address.lag_ms is
    'How far the server there was behind at the last look, in milliseconds: an upper bound; null: not known.';

-- supabase/schemas/audit/kinds/replica_lost.sql

-- Kind: replica_lost
-- Means: the address that FRESHET_READ_URL names has not answered as a replica should in two audits in a row.
-- Why: the primary answers all reads meanwhile, so no request fails and no other kind sees it; what the replica was for,
--      the primary's load, is gone.
-- Why two: a replica that is restarted misses one.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('replica_lost', 'warning', false, true, 'The address that reads are sent to does not answer as a replica should.')
on conflict (kind) do update set severity = excluded.severity, has_job_thresholds = excluded.has_job_thresholds, can_flap = excluded.can_flap, summary = excluded.summary;

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    1036, 'replica_lost',
    'freshet.observe_findings(''replica_lost'', array(select f from freshet.find_replica_lost() as f), array(select ''read address'' from analytics.read_address as r where r.looked_at > clock_timestamp() - interval ''15 minutes''))',
    false
)
on conflict (detector) do update set place = excluded.place, call = excluded.call, needs_history = excluded.needs_history;

reset check_function_bodies;
