-- Object: analytics.report_failed_answer()
-- Why: only the function knows that its answers fail; see analytics.failed_answers.
create function analytics.report_failed_answer(resource text, request_id uuid, defect text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (select from analytics.failed_answers as f where f.resource = report_failed_answer.resource)
        and (select count(*) from analytics.failed_answers as f) >= 1000
    then
        return;
    end if;
    insert into analytics.failed_answers as f (resource, request_id, defect)
    values (report_failed_answer.resource, report_failed_answer.request_id, left(report_failed_answer.defect, 1000))
    on conflict on constraint failed_answers_pkey do update
    set last_failed_at = excluded.last_failed_at,
        failure_count = f.failure_count + 1,
        request_id = excluded.request_id,
        defect = excluded.defect;
end
$$;

revoke all on function analytics.report_failed_answer(text, uuid, text) from public, anon, authenticated;

grant execute on function analytics.report_failed_answer(text, uuid, text) to service_role;

comment on function analytics.report_failed_answer(text, uuid, text) is
    'A function reports that it could not answer because of a defect. Service role only. Not idempotent: it counts.';
