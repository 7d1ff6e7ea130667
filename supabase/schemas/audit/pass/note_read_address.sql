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
