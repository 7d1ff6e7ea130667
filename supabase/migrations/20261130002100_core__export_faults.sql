-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

drop function analytics.note_export_upload(uuid,uuid,text,boolean);

alter table analytics.export_jobs add column uploaded_byte_count bigint default 0 not null;

alter table analytics.export_jobs add column removal_tried_at timestamp with time zone;

-- supabase/schemas/core/export/claim_export.sql

-- Object: analytics.claim_export()
-- Why: a lease, because a call of an edge function may end at any moment without a word. An export whose work began six
--      times without progress fails: it would stop the call each time, and keep its caller's place for ever.
create or replace function analytics.claim_export(export_id uuid default null)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Longer than a call lives (150 s, 400 s on paid plans), also while it freezes.
    lease constant interval := interval '7 minutes';
    most_attempts constant integer := 5;
    job analytics.export_jobs;
begin
    loop
        select j.* into job
        from analytics.export_jobs as j
        where j.finished_at is null
            and (j.lease_until is null or j.lease_until < clock_timestamp())
            and (
                j.export_id = claim_export.export_id
                or claim_export.export_id is null and freshet.awaits_step(j)
            )
        order by j.attempts_count, j.requested_at
        limit 1
        for update skip locked;
        if not found then
            return null;
        end if;
        exit when job.attempts_count < most_attempts;
        perform freshet.end_export(job.export_id, 'failed', 'GAVE_UP');
        -- No call is left that would report it.
        perform analytics.report_failed_answer(
            'export/work', job.export_id, format('an export of %s was given up: five attempts made no progress', job.resource)
        );
    end loop;

    update analytics.export_jobs as j
    set lease_token = gen_random_uuid(), lease_until = clock_timestamp() + lease, attempts_count = j.attempts_count + 1
    where j.export_id = job.export_id
    returning j.* into job;
    return jsonb_build_object(
        'export', freshet.shown_export(job),
        'lease_token', job.lease_token,
        'upload_url', job.upload_url,
        'scope', job.request -> 'scope',
        'scope_values', job.snapshot -> 'scope_values',
        'chunks', (
            select coalesce(
                jsonb_agg(
                    jsonb_build_object('plain_byte_count', c.plain_byte_count, 'byte_count', c.byte_count) order by c.chunk
                ),
                '[]'
            )
            from analytics.export_chunks as c
            where c.export_id = job.export_id
        )
    );
end
$$;

-- supabase/schemas/core/export/drive_exports.sql

-- Object: analytics.drive_exports()
-- Why: the edge function asks for its own next step through the database, which holds the secret that signs such calls; and
--      the job asks where a call ended without a word. It asks only where there is work.
-- Why all calls are the job's: most steps are called by the function itself. In the ledger such a call would belong to no
--      job, and no incident would tell that it failed.
create or replace function analytics.drive_exports()
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    request bigint;
begin
    if not exists (
        select from analytics.export_jobs as j
        where j.finished_at is null and freshet.awaits_step(j)
    ) and not exists (
        select from analytics.export_jobs as j
        where j.finished_at is not null and not j.is_removed and freshet.awaits_removal(j)
    ) then
        return false;
    end if;
    request := analytics.invoke_function('export', timeout => '150 seconds');
    update analytics.http_calls as c
    set job_name = 'drive-exports', planned_at = date_trunc('minute', now())
    where c.request_id = request and c.function_name = 'export' and c.job_name is null;
    return true;
end
$$;

-- supabase/schemas/core/export/export_jobs.sql

comment on column analytics.export_jobs.is_removed is
    'Whether the object is known not to exist any more, and no call is left that could still make it. The row outlives the object, never the other way round.';

comment on column analytics.export_jobs.uploaded_byte_count is
    'How many bytes of its resumable upload the storage was ever known to have. An upload that is begun again and gets no further is no progress.';

comment on column analytics.export_jobs.removal_tried_at is
    'When a call last took on the removal of the object; null before the first time.';

-- supabase/schemas/core/export/forget_export_object.sql

-- Object: analytics.forget_export_object()
-- Why: after the removal of the object, never before it: what is known of an object must not end before the object.
-- Why the ten minutes: a call that lost its export to a cancellation may still finish its upload, and lives for at most 400
--      seconds. Until then the removal is repeated.
create or replace function analytics.forget_export_object(export_id uuid)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    update analytics.export_jobs as j
    set is_removed = j.finished_at <= clock_timestamp() - interval '10 minutes',
        status = case when j.status = 'done' then 'expired' else j.status end
    where j.export_id = forget_export_object.export_id and j.finished_at is not null;
$$;

comment on function analytics.forget_export_object(uuid) is
    'The object of this export was removed, or there was none. The removal of one that ended less than ten minutes ago is repeated. Service role only. Idempotent.';

-- supabase/schemas/core/export/forget_exports_of.sql

comment on function freshet.forget_exports_of(text) is
    'Cancels the exports that a person requested, and those of the person''s rows, has their objects removed by the next call of drive-exports, and again until no call can store them any more, and forgets whose they were. Returns how many.';

-- supabase/schemas/core/export/note_export_upload.sql

-- Object: analytics.note_export_upload()
-- Why: an upload that was begun is gone on with by the next call, from where the storage says that it is.
-- Why only more bytes are progress: an upload that begins again each time, and fails each time, has to be given up.
create function analytics.note_export_upload(
    export_id uuid,
    lease_token uuid,
    upload_url text,
    is_gzip boolean,
    uploaded_byte_count bigint default 0
)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    job constant analytics.export_jobs := freshet.leased_export(note_export_upload.export_id, note_export_upload.lease_token);
begin
    update analytics.export_jobs as j
    set upload_url = note_export_upload.upload_url,
        is_gzip = note_export_upload.is_gzip,
        uploaded_byte_count = case
            when j.is_gzip <> note_export_upload.is_gzip then 0
            else greatest(j.uploaded_byte_count, note_export_upload.uploaded_byte_count)
        end,
        attempts_count = case
            when j.is_gzip <> note_export_upload.is_gzip or j.uploaded_byte_count < note_export_upload.uploaded_byte_count
                then 0
            else j.attempts_count
        end
    where j.export_id = job.export_id;
end
$$;

revoke all on function analytics.note_export_upload(uuid, uuid, text, boolean, bigint) from public, anon, authenticated;

grant execute on function analytics.note_export_upload(uuid, uuid, text, boolean, bigint) to service_role;

comment on function analytics.note_export_upload(uuid, uuid, text, boolean, bigint) is
    'Notes where an upload goes on (null: not resumable, or to be begun again), whether the object is gzip, and how many bytes the storage has. Service role only. Raises PT409 without the lease.';

-- supabase/schemas/core/export/release_export.sql

-- Object: analytics.release_export()
-- Why: a call that has done its step lets the next one begin at once. One without progress met a passing fault, and leaves
--      it time to pass: 1, 2, 4 and 8 minutes, so that a quarter of an hour without storage ends no export.
create or replace function analytics.release_export(export_id uuid, lease_token uuid)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    job constant analytics.export_jobs := freshet.leased_export(release_export.export_id, release_export.lease_token);
begin
    update analytics.export_jobs as j
    set lease_token = null,
        lease_until = case
            when j.attempts_count between 1 and 4 then clock_timestamp() + interval '30 seconds' * 2 ^ j.attempts_count
        end
    where j.export_id = job.export_id;
end
$$;

comment on function analytics.release_export(uuid, uuid) is
    'Ends the lease of an export that is not finished. After a step without progress no call takes it for 1, 2, 4 or 8 minutes. Service role only. Raises PT409 without the lease.';

-- supabase/schemas/core/export/removable_exports.sql

-- Object: analytics.removable_exports()
-- Why it notes the try: an object that cannot be removed is tried again after five minutes, behind all others, so that it
--      neither keeps their removal waiting nor has the function called again and again.
create or replace function analytics.removable_exports(most_exports integer)
returns jsonb
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    with next as (
        select j.export_id
        from analytics.export_jobs as j
        where j.finished_at is not null and not j.is_removed and freshet.awaits_removal(j)
        order by j.removal_tried_at nulls first, j.finished_at
        limit removable_exports.most_exports
        for update skip locked
    ),
    tried as (
        update analytics.export_jobs as j
        set removal_tried_at = clock_timestamp()
        from next as n
        where j.export_id = n.export_id
        returning j.export_id, j.object_name
    )
    select coalesce(jsonb_agg(jsonb_build_object('export_id', t.export_id, 'object_name', t.object_name)), '[]')
    from tried as t;
$$;

comment on function analytics.removable_exports(integer) is
    'Takes on the removal of objects of exports that are over, if they have one: [{export_id, object_name}]. Those that it names are not named again for five minutes. Service role only.';

-- supabase/schemas/core/export/start_export.sql

-- Object: analytics.start_export()
-- Why: the same request while one is running is the same export, so that a client that repeats a lost request does not
--      export twice. Limits are counted and the row written under one lock for each organisation and caller.
create or replace function analytics.start_export(export jsonb)
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

-- supabase/schemas/core/export/awaits_removal.sql

-- Object: freshet.awaits_removal()
-- Why again after five minutes: the storage may not have answered; and a call that lost its export to a cancellation may
--      store the object after its removal, until it has ended (see analytics.forget_export_object).
create function freshet.awaits_removal(job analytics.export_jobs)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select job.finished_at is not null
        and not job.is_removed
        and coalesce(job.expires_at, job.finished_at) <= clock_timestamp()
        and (job.removal_tried_at is null or job.removal_tried_at < clock_timestamp() - interval '5 minutes');
$$;

revoke all on function freshet.awaits_removal(analytics.export_jobs) from public, anon, authenticated;

comment on function freshet.awaits_removal(analytics.export_jobs) is
    'Whether the object of an export that is over is to be removed now: no call has tried so in the last five minutes.';

-- supabase/schemas/core/export/end_export.sql

-- Object: freshet.end_export()
-- Why: however an export ends, its pages and chunks go with its end.
create or replace function freshet.end_export(export_id uuid, status text, error_code text default null, byte_count bigint default null)
returns analytics.export_jobs
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    job analytics.export_jobs;
begin
    delete from analytics.export_pages as p where p.export_id = end_export.export_id;
    delete from analytics.export_chunks as c where c.export_id = end_export.export_id;
    update analytics.export_jobs as j
    set status = end_export.status,
        error_code = end_export.error_code,
        byte_count = end_export.byte_count,
        lease_token = null,
        lease_until = null,
        finished_at = clock_timestamp(),
        expires_at = case when end_export.status = 'done' then clock_timestamp() + interval '24 hours' end
    where j.export_id = end_export.export_id
    returning j.* into job;
    -- Exports work again: what was reported of one that failed can end.
    if job.status = 'done' then
        perform analytics.report_answered('export/work');
    end if;
    return job;
end
$$;

reset check_function_bodies;
