-- Object: analytics.start_export()
-- Why: the same request while one is running is the same export, so that a client that repeats a lost request does not
--      export twice. Limits are counted and the row written under one lock for each organisation and caller.
create function analytics.start_export(export jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    most_of_caller constant integer := 2;
    most_of_organisation constant integer := 5;
    kind constant text := export #>> '{caller,kind}';
    subject constant text := export #>> '{caller,subject}';
    org constant text := export #>> '{caller,org_id}';
    job analytics.export_jobs;
    of_caller bigint;
    of_organisation bigint;
begin
    if (kind = 'user' and subject is not null or kind = 'secret_key' and subject is null) is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('start_export takes a caller, not %s', export -> 'caller'),
            hint = 'caller is {kind: "user", subject, org_id} or {kind: "secret_key"}.';
    end if;
    -- In this order, so that no two callers wait for each other.
    perform pg_advisory_xact_lock(hashtextextended('freshet.export organisation ' || coalesce(org, ''), 0));
    perform pg_advisory_xact_lock(hashtextextended('freshet.export caller ' || coalesce(subject, ''), 0));

    select j.* into job
    from analytics.export_jobs as j
    where j.finished_at is null
        and j.caller_kind = kind
        and j.caller_id is not distinct from subject
        and j.org_id is not distinct from org
        and j.resource = export ->> 'resource'
        and j.request = export -> 'request'
        and j.format = export ->> 'format'
        and j.is_gzip = (export ->> 'is_gzip')::boolean
        and j.has_bom = (export ->> 'has_bom')::boolean
    order by j.requested_at
    limit 1;
    if found then
        return jsonb_build_object('export', freshet.shown_export(job), 'is_new', false, 'refused_by', null);
    end if;

    if kind = 'user' then
        select
            count(*) filter (where j.caller_id = subject),
            count(*) filter (where j.org_id = org)
        into of_caller, of_organisation
        from analytics.export_jobs as j
        where j.finished_at is null and j.caller_kind = 'user';
        if of_caller >= most_of_caller or of_organisation >= most_of_organisation then
            return jsonb_build_object(
                'export', null, 'is_new', false,
                'refused_by', case when of_caller >= most_of_caller then 'caller' else 'organisation' end
            );
        end if;
    end if;

    insert into analytics.export_jobs as j (
        caller_kind, caller_id, org_id, resource, filters, view_name, request, reading, format, is_gzip, has_bom,
        link_seconds, object_name
    )
    values (
        kind, subject, org, export ->> 'resource', export -> 'filters', export ->> 'view', export -> 'request',
        nullif(export -> 'reading', 'null'::jsonb), export ->> 'format', (export ->> 'is_gzip')::boolean,
        (export ->> 'has_bom')::boolean, (export ->> 'link_seconds')::integer,
        -- Under a folder for each organisation: its objects can be found and removed together. The rest is random.
        coalesce(org, case when kind = 'user' then 'users' else 'service' end) || '/' || gen_random_uuid()
    )
    returning j.* into job;
    return jsonb_build_object('export', freshet.shown_export(job), 'is_new', true, 'refused_by', null);
end
$$;

revoke all on function analytics.start_export(jsonb) from public, anon, authenticated;

grant execute on function analytics.start_export(jsonb) to service_role;

comment on function analytics.start_export(jsonb) is
    'Writes an export, or finds the caller''s running one that asks for the same. Service role only. export: {caller: {kind, subject, org_id}, resource, filters, view, request, reading, format, is_gzip, has_bom, link_seconds}. Answers {export, is_new, refused_by}: refused_by is caller (two are running), organisation (five are) or null.';
