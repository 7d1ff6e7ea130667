-- Object: analytics.report_slow_read()
-- Why: only the function knows how long its caller waited; see analytics.slow_reads.
create function analytics.report_slow_read(resource text, request_id uuid, read_ms integer)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (select from analytics.slow_reads as s where s.resource = report_slow_read.resource)
        and (select count(*) from analytics.slow_reads as s) >= 1000
    then
        return;
    end if;
    insert into analytics.slow_reads as s (resource, request_id, read_ms)
    values (report_slow_read.resource, report_slow_read.request_id, report_slow_read.read_ms)
    on conflict on constraint slow_reads_pkey do update
    set last_slow_at = excluded.last_slow_at,
        slow_count = s.slow_count + 1,
        request_id = excluded.request_id,
        read_ms = excluded.read_ms;
end
$$;

revoke all on function analytics.report_slow_read(text, uuid, integer) from public, anon, authenticated;

grant execute on function analytics.report_slow_read(text, uuid, integer) to service_role;

comment on function analytics.report_slow_read(text, uuid, integer) is
    'A function reports that a read of the database took five seconds or more. Service role only. Not idempotent: it counts.';
