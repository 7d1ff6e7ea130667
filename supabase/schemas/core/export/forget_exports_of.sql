-- Object: freshet.forget_exports_of()
-- Why: a pack that erases a person's rows erases their copies too.
create function freshet.forget_exports_of(subject text)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    one uuid;
    changed bigint;
begin
    for one in
        select j.export_id
        from analytics.export_jobs as j
        where j.finished_at is null and (j.caller_id = subject or j.request #>> '{scope,value}' = subject)
        order by j.export_id
        for update
    loop
        perform freshet.end_export(one, 'cancelled');
    end loop;
    update analytics.export_jobs as j
    set caller_kind = 'secret_key', caller_id = null, filters = '{}', request = '{}', reading = null, snapshot = null,
        status = case when j.status = 'done' then 'cancelled' else j.status end,
        expires_at = case when j.is_removed then j.expires_at else least(j.expires_at, clock_timestamp()) end
    where j.finished_at is not null and (j.caller_id = subject or j.request #>> '{scope,value}' = subject);
    get diagnostics changed = row_count;
    return changed;
end
$$;

revoke all on function freshet.forget_exports_of(text) from public, anon, authenticated;

comment on function freshet.forget_exports_of(text) is
    'Cancels the exports that a person requested, and those of the person''s rows, has their objects removed by the next call of drive-exports, and again until no call can store them any more, and forgets whose they were. Returns how many.';
