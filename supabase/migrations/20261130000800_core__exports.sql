-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- supabase/schemas/core/export/cancel_export.sql

-- Object: analytics.cancel_export()
-- Why: the token of the lease goes at once, so that a call that works on the export is refused at its next step.
create function analytics.cancel_export(export_id uuid, caller jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    job analytics.export_jobs;
begin
    select j.* into job
    from analytics.export_jobs as j
    where j.export_id = cancel_export.export_id
        and j.caller_kind = caller ->> 'kind'
        and j.caller_id is not distinct from caller ->> 'subject'
        and j.org_id is not distinct from caller ->> 'org_id'
    for update;
    if not found then
        return null;
    end if;
    if job.finished_at is null then
        job := freshet.end_export(job.export_id, 'cancelled');
    elsif job.status = 'done' then
        -- The job that removes objects does so within a minute.
        update analytics.export_jobs as j
        set status = 'cancelled', expires_at = clock_timestamp()
        where j.export_id = job.export_id
        returning j.* into job;
    end if;
    return freshet.shown_export(job);
end
$$;

revoke all on function analytics.cancel_export(uuid, jsonb) from public, anon, authenticated;

grant execute on function analytics.cancel_export(uuid, jsonb) to service_role;

comment on function analytics.cancel_export(uuid, jsonb) is
    'Cancels an export of this caller; the object of one that is done is removed. One that failed, expired or was cancelled stays so. Null for another caller''s and for an unknown id. Service role only. Idempotent.';

-- supabase/schemas/core/export/claim_export.sql

-- Object: analytics.claim_export()
-- Why: a lease, because a call of an edge function may end at any moment without a word. An export whose work began six
--      times without progress fails: it would stop the call each time, and keep its caller's place for ever.
create function analytics.claim_export(export_id uuid default null)
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

revoke all on function analytics.claim_export(uuid) from public, anon, authenticated;

grant execute on function analytics.claim_export(uuid) to service_role;

comment on function analytics.claim_export(uuid) is
    'Leases an export for seven minutes, the one with this id, or of those that no call works on the one with the fewest attempts, the oldest first; null where there is none. Service role only. Answers {export, lease_token, upload_url, scope, scope_values, chunks}.';

-- supabase/schemas/core/export/drive_exports.sql

-- Object: analytics.drive_exports()
-- Why: the edge function asks for its own next step through the database, which holds the secret that signs such calls; and
--      the job asks where a call ended without a word. It asks only where there is work.
create function analytics.drive_exports()
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (
        select from analytics.export_jobs as j
        where j.finished_at is null and freshet.awaits_step(j)
    ) and analytics.removable_exports(1) = '[]' then
        return false;
    end if;
    perform analytics.invoke_function('export', timeout => '150 seconds');
    return true;
end
$$;

revoke all on function analytics.drive_exports() from public, anon, authenticated;

grant execute on function analytics.drive_exports() to service_role;

comment on function analytics.drive_exports() is
    'Calls the edge function export where an export waits for its next step or an object for its removal. Returns whether it did. Service role only.';

-- supabase/schemas/core/export/export_chunk.sql

-- Object: analytics.export_chunk()
create function analytics.export_chunk(export_id uuid, lease_token uuid, chunk integer)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    job constant analytics.export_jobs := freshet.leased_export(export_chunk.export_id, export_chunk.lease_token);
begin
    return (
        select to_jsonb(translate(encode(c.bytes, 'base64'), E'\n', ''))
        from analytics.export_chunks as c
        where c.export_id = job.export_id and c.chunk = export_chunk.chunk
    );
end
$$;

revoke all on function analytics.export_chunk(uuid, uuid, integer) from public, anon, authenticated;

grant execute on function analytics.export_chunk(uuid, uuid, integer) to service_role;

comment on function analytics.export_chunk(uuid, uuid, integer) is
    'The bytes of a chunk, from 0 on, in base64; null where there is none. Service role only. Raises PT409 without the lease.';

-- supabase/schemas/core/export/export_jobs.sql

-- Object: analytics.export_jobs
-- Grain: one row per export that a caller requested
-- Why: an export of a million rows takes more processor time than one call of a function may use. So its state is a row,
--      and each call of the function does one step: freeze (rows of one snapshot into analytics.export_pages), render
--      (pages into analytics.export_chunks), publish (chunks into one object of the bucket exports).
-- Why a lease with a token: one call at a time works on an export, and one that lost its lease is refused, so that a slow
--      call cannot write over the work of the next.
create table analytics.export_jobs (
    export_id uuid primary key default gen_random_uuid(),
    caller_kind text not null check (caller_kind in ('user', 'secret_key')),
    caller_id text,
    org_id text,
    resource text not null,
    filters jsonb not null,
    view_name text not null,
    request jsonb not null,
    reading jsonb,
    format text not null check (format in ('csv', 'ndjson')),
    is_gzip boolean not null,
    has_bom boolean not null,
    link_seconds integer not null check (link_seconds between 1 and 86400),
    status text not null default 'queued'
        check (status in ('queued', 'frozen', 'rendered', 'done', 'failed', 'cancelled', 'expired')),
    snapshot jsonb,
    row_count bigint,
    done_count bigint not null default 0,
    byte_count bigint,
    attempts_count integer not null default 0,
    lease_token uuid,
    lease_until timestamptz,
    object_name text not null unique,
    upload_url text,
    error_code text,
    requested_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    expires_at timestamptz,
    is_removed boolean not null default false,
    constraint export_jobs_caller_check check ((caller_kind = 'user') = (caller_id is not null)),
    constraint export_jobs_finished_check check ((status in ('queued', 'frozen', 'rendered')) = (finished_at is null))
);

create index export_jobs_running_idx on analytics.export_jobs (requested_at) where finished_at is null;

create index export_jobs_removable_idx on analytics.export_jobs (finished_at)
where finished_at is not null and not is_removed;

create index export_jobs_caller_idx on analytics.export_jobs (caller_id, requested_at desc);

alter table analytics.export_jobs enable row level security;

revoke all on table analytics.export_jobs from public, anon, authenticated, service_role;

comment on table analytics.export_jobs is
    'Exports and their state. Written by the functions of schema analytics that the edge function export calls. A row is kept for seven days after its object was removed (analytics.retention).';

comment on column analytics.export_jobs.caller_id is 'The subject of the caller''s token; null for the secret key.';

comment on column analytics.export_jobs.org_id is 'The organisation of the caller''s token, for the limit of an organisation.';

comment on column analytics.export_jobs.filters is 'The resource''s parameters as they were checked.';

comment on column analytics.export_jobs.request is
    'What analytics.read_view would be asked, without a limit: columns, filters, scope, order, reads.';

comment on column analytics.export_jobs.reading is
    'Who reads another person''s rows (see analytics.read_person); null for all other exports.';

comment on column analytics.export_jobs.is_gzip is
    'Whether the object is gzip. Becomes true where the storage takes no object as large as the plain one.';

comment on column analytics.export_jobs.status is
    'queued: nothing is done yet; frozen: its rows are in export_pages, done_count of them rendered; rendered: all are in export_chunks; done: the object exists; expired: it was removed.';

comment on column analytics.export_jobs.snapshot is
    'States of all that the rows rest on, scope_values and withheld_count, of the snapshot of the rows.';

comment on column analytics.export_jobs.byte_count is 'Size of the object in bytes, once it exists.';

comment on column analytics.export_jobs.attempts_count is
    'How often work on it began since its last progress. At the sixth time it fails with GAVE_UP.';

comment on column analytics.export_jobs.lease_token is
    'Of the call that works on it; null while none does. Every function that changes the export takes it.';

comment on column analytics.export_jobs.upload_url is 'Where its resumable upload goes on; null without one.';

comment on column analytics.export_jobs.is_removed is
    'Whether the object is known not to exist any more, or never to have existed. The row outlives the object, never the other way round.';

-- supabase/schemas/core/export/export_pages.sql

-- Object: analytics.export_pages
-- Grain: one row per at most 5,000 rows of a frozen export
-- Why: one snapshot of the answer, so that a refresh in between does not mix versions in a file. As text of a
--      whole page, which the server compresses, it takes a quarter of what single jsonb rows take.
create table analytics.export_pages (
    export_id uuid not null references analytics.export_jobs on delete cascade,
    page integer not null,
    row_count integer not null,
    byte_count integer not null,
    rows text not null,
    primary key (export_id, page)
);

alter table analytics.export_pages enable row level security;

revoke all on table analytics.export_pages from public, anon, authenticated, service_role;

comment on table analytics.export_pages is
    'Rows of exports that are not rendered yet. A page goes when its rows are in export_chunks.';

comment on column analytics.export_pages.rows is 'A JSON array of objects.';

comment on column analytics.export_pages.byte_count is 'Size of rows in bytes, before compression.';

-- supabase/schemas/core/export/export_rows.sql

-- Object: analytics.export_rows()
-- Why: a call renders what fits into its time and memory: at most 50,000 rows and some 16 MB of JSON.
create function analytics.export_rows(export_id uuid, lease_token uuid)
returns json
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    most_rows constant integer := 50000;
    most_bytes constant integer := 16000000;
    job constant analytics.export_jobs := freshet.leased_export(export_rows.export_id, export_rows.lease_token);
begin
    return (
        with following as (
            select
                p.page, p.rows,
                sum(p.row_count) over (order by p.page) as row_count,
                sum(p.byte_count) over (order by p.page) as byte_count,
                row_number() over (order by p.page) as place
            from analytics.export_pages as p
            where p.export_id = job.export_id
        )
        -- As text: the rows are not parsed here.
        select format(
            '{"last_page":%s,"pages":[%s]}', coalesce(max(f.page)::text, 'null'), coalesce(string_agg(f.rows, ',' order by f.page), '')
        )::json
        from following as f
        where f.place = 1 or (f.row_count <= most_rows and f.byte_count <= most_bytes)
    );
end
$$;

revoke all on function analytics.export_rows(uuid, uuid) from public, anon, authenticated;

grant execute on function analytics.export_rows(uuid, uuid) to service_role;

comment on function analytics.export_rows(uuid, uuid) is
    'The next pages to render: {last_page, pages: [[row]]}, last_page null where none is left. Service role only. Raises PT409 without the lease.';

-- supabase/schemas/core/export/finish_export.sql

-- Object: analytics.finish_export()
create function analytics.finish_export(export_id uuid, lease_token uuid, byte_count bigint, error_code text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    job constant analytics.export_jobs := freshet.leased_export(finish_export.export_id, finish_export.lease_token);
begin
    if finish_export.error_code is null and job.status <> 'rendered' then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('export %s is %s, and not rendered', job.export_id, job.status),
            hint = 'Render all its pages and publish them before.';
    end if;
    return freshet.shown_export(freshet.end_export(
        job.export_id, case when finish_export.error_code is null then 'done' else 'failed' end, finish_export.error_code,
        finish_export.byte_count
    ));
end
$$;

revoke all on function analytics.finish_export(uuid, uuid, bigint, text) from public, anon, authenticated;

grant execute on function analytics.finish_export(uuid, uuid, bigint, text) to service_role;

comment on function analytics.finish_export(uuid, uuid, bigint, text) is
    'Ends an export: done, with the size of its object, or failed with a code. Service role only. Raises PT409 without the lease.';

-- supabase/schemas/core/export/forget_export_object.sql

-- Object: analytics.forget_export_object()
-- Why: after the removal of the object, never before it: what is known of an object must not end before the object.
create function analytics.forget_export_object(export_id uuid)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    update analytics.export_jobs as j
    set is_removed = true, status = case when j.status = 'done' then 'expired' else j.status end
    where j.export_id = forget_export_object.export_id and j.finished_at is not null;
$$;

revoke all on function analytics.forget_export_object(uuid) from public, anon, authenticated;

grant execute on function analytics.forget_export_object(uuid) to service_role;

comment on function analytics.forget_export_object(uuid) is
    'The object of this export was removed, or there was none. Service role only. Idempotent.';

-- supabase/schemas/core/export/forget_exports_of.sql

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
    'Cancels the exports that a person requested, and those of the person''s rows, has their objects removed within a minute, and forgets whose they were. Returns how many.';

-- supabase/schemas/core/export/freeze_export.sql

-- Object: analytics.freeze_export()
-- Why one statement: rows, states and the count of withheld rows are of one snapshot, as those of a read are.
-- Why a timeout of its own: a million rows take six seconds on a small machine, and calls of the data API end after eight.
--      The data API applies what a function sets here to its whole transaction.
create function analytics.freeze_export(export_id uuid, lease_token uuid)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set statement_timeout = '120s'
as $$
declare
    page_rows constant integer := 5000;
    page_bytes constant integer := 4000000;
    most_rows constant integer := 5000000;
    job analytics.export_jobs := freshet.leased_export(freeze_export.export_id, freeze_export.lease_token);
    scope constant jsonb := nullif(job.request -> 'scope', 'null'::jsonb);
    allowed text[];
    queries record;
    frozen jsonb;
    unready text;
begin
    if job.status <> 'queued' then
        return jsonb_build_object('export', freshet.shown_export(job), 'scope_values', job.snapshot -> 'scope_values');
    end if;
    if job.reading is not null and not freshet.admit_person_reading(job.request, job.reading) then
        return jsonb_build_object('export', freshet.shown_export(freshet.end_export(job.export_id, 'failed', 'FORBIDDEN')), 'scope_values', null);
    end if;
    if scope is not null then
        allowed := freshet.scope_values(scope);
        if freshet.scope_denies(scope, allowed, job.request -> 'filters') then
            return jsonb_build_object('export', freshet.shown_export(freshet.end_export(job.export_id, 'failed', 'FORBIDDEN')), 'scope_values', null);
        end if;
    end if;
    select n.name into unready
    from (
        select job.view_name
        union all
        select r.name from jsonb_array_elements_text(coalesce(job.request -> 'reads', '[]'::jsonb)) as r (name)
    ) as n (name)
    where (freshet.state_of(n.name) ->> 'populated')::boolean is not true
    limit 1;
    if unready is not null then
        return jsonb_build_object('export', freshet.shown_export(freshet.end_export(job.export_id, 'failed', 'NOT_READY')), 'scope_values', null);
    end if;

    select q.* into queries from freshet.read_queries(job.view_name, job.request, allowed) as q;
    begin
        execute format(
            $query$
                with ordered as (
                    select r.line, r.place, (r.place - 1) / %1$s as block, (sum(octet_length(r.line)) over (order by r.place) - 1) / %2$s as span
                    from (
                        select to_jsonb(r)::text as line, row_number() over () as place from (%3$s limit %4$s) as r
                    ) as r
                ),
                pages as (
                    insert into analytics.export_pages (export_id, page, row_count, byte_count, rows)
                    select %5$L::uuid, row_number() over (order by p.first_place) - 1, p.row_count, octet_length(p.rows), p.rows
                    from (
                        select
                            min(o.place) as first_place, count(*) as row_count,
                            '[' || string_agg(o.line, ',' order by o.place) || ']' as rows
                        from ordered as o
                        group by o.block, o.span
                    ) as p
                    returning row_count
                )
                select jsonb_build_object(
                    'row_count', (select coalesce(sum(p.row_count), 0) from pages as p),
                    'state', freshet.state_of(%6$L),
                    'reads', (
                        select coalesce(jsonb_object_agg(r.name, freshet.state_of(r.name)), '{}'::jsonb)
                        from jsonb_array_elements_text(%7$L::jsonb) as r (name)
                    ),
                    'withheld_count', (%8$s)
                )
            $query$,
            page_rows, page_bytes, queries.rows, most_rows + 1, job.export_id, job.view_name,
            coalesce(job.request -> 'reads', '[]'::jsonb), coalesce(queries.withheld, 'select null::bigint')
        ) into frozen;
        if (frozen ->> 'row_count')::bigint > most_rows then
            raise exception using errcode = 'PT422', message = 'too many rows';
        end if;
    exception
        -- What was written of the pages goes with this block.
        when sqlstate 'PT422' then
            return jsonb_build_object('export', freshet.shown_export(freshet.end_export(job.export_id, 'failed', 'TOO_MANY_ROWS')), 'scope_values', null);
    end;

    update analytics.export_jobs as j
    set status = 'frozen',
        row_count = (frozen ->> 'row_count')::bigint,
        attempts_count = 0,
        snapshot = (frozen - 'row_count') || jsonb_build_object('scope_values', to_jsonb(allowed))
    where j.export_id = job.export_id
    returning j.* into job;
    return jsonb_build_object('export', freshet.shown_export(job), 'scope_values', to_jsonb(allowed));
end
$$;

revoke all on function analytics.freeze_export(uuid, uuid) from public, anon, authenticated;

grant execute on function analytics.freeze_export(uuid, uuid) to service_role;

comment on function analytics.freeze_export(uuid, uuid) is
    'Writes the rows of a queued export into pages, of at most 5,000 rows and some 4 MB. Service role only. Answers {export, scope_values}: failed with FORBIDDEN, NOT_READY or TOO_MANY_ROWS (more than 5,000,000) where it cannot be had. Raises PT409 without the lease.';

-- supabase/schemas/core/export/leased_export.sql

-- Object: freshet.leased_export()
-- Why: each step of an export begins with the same question: does this call still hold the export?
create function freshet.leased_export(export_id uuid, lease_token uuid)
returns analytics.export_jobs
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    job analytics.export_jobs;
begin
    select j.* into job
    from analytics.export_jobs as j
    where j.export_id = leased_export.export_id and j.lease_token = leased_export.lease_token
    for update;
    if not found then
        raise exception using
            errcode = 'PT409',
            message = format('this call does not hold export %s', leased_export.export_id),
            hint = 'It was cancelled, or another call has taken it over: end without writing.';
    end if;
    return job;
end
$$;

revoke all on function freshet.leased_export(uuid, uuid) from public, anon, authenticated;

comment on function freshet.leased_export(uuid, uuid) is
    'The export, locked, if the token is that of its lease. Raises PT409 otherwise.';

-- supabase/schemas/core/export/note_export_upload.sql

-- Object: analytics.note_export_upload()
-- Why: an upload that was begun is gone on with by the next call, from where the storage says that it is.
create function analytics.note_export_upload(export_id uuid, lease_token uuid, upload_url text, is_gzip boolean)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    job constant analytics.export_jobs := freshet.leased_export(note_export_upload.export_id, note_export_upload.lease_token);
begin
    update analytics.export_jobs as j
    set upload_url = note_export_upload.upload_url, is_gzip = note_export_upload.is_gzip, attempts_count = 0
    where j.export_id = job.export_id;
end
$$;

revoke all on function analytics.note_export_upload(uuid, uuid, text, boolean) from public, anon, authenticated;

grant execute on function analytics.note_export_upload(uuid, uuid, text, boolean) to service_role;

comment on function analytics.note_export_upload(uuid, uuid, text, boolean) is
    'Notes progress of an upload: where it goes on (null: not resumable, or to be begun again), and whether the object is gzip. Service role only. Raises PT409 without the lease.';

-- supabase/schemas/core/export/purge_export_jobs.sql

-- Object: freshet.purge_export_jobs()
-- Why: never before the object is known to be gone: its row is all that leads to it.
create function freshet.purge_export_jobs(keep_for interval, batch_size integer)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    with old as (
        select j.export_id
        from analytics.export_jobs as j
        where j.is_removed and j.finished_at < now() - keep_for
        limit batch_size
    ),
    deleted as (
        delete from analytics.export_jobs as j using old where j.export_id = old.export_id returning 1
    )
    select count(*) from deleted;
$$;

revoke all on function freshet.purge_export_jobs(interval, integer) from public, anon, authenticated;

comment on function freshet.purge_export_jobs(interval, integer) is
    'Deletes exports that ended longer ago than keep_for and whose object is gone, at most a batch, and returns how many.';

-- supabase/schemas/core/export/release_export.sql

-- Object: analytics.release_export()
-- Why: a call that has done its step, or that met a passing fault, lets the next one begin at once.
create function analytics.release_export(export_id uuid, lease_token uuid)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    job constant analytics.export_jobs := freshet.leased_export(release_export.export_id, release_export.lease_token);
begin
    update analytics.export_jobs as j set lease_token = null, lease_until = null where j.export_id = job.export_id;
end
$$;

revoke all on function analytics.release_export(uuid, uuid) from public, anon, authenticated;

grant execute on function analytics.release_export(uuid, uuid) to service_role;

comment on function analytics.release_export(uuid, uuid) is
    'Ends the lease of an export that is not finished. Service role only. Raises PT409 without the lease.';

-- supabase/schemas/core/export/removable_exports.sql

-- Object: analytics.removable_exports()
-- Why the wait: a call that lost its export to a cancellation may still finish its upload, and lives for at most 400
--      seconds. The object of an export that was done is removed at once.
create function analytics.removable_exports(most_exports integer)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(jsonb_agg(jsonb_build_object('export_id', e.export_id, 'object_name', e.object_name)), '[]')
    from (
        select j.export_id, j.object_name
        from analytics.export_jobs as j
        where j.finished_at is not null
            and not j.is_removed
            and case when j.expires_at is null then j.finished_at + interval '10 minutes' else j.expires_at end <= clock_timestamp()
        order by j.finished_at
        limit removable_exports.most_exports
    ) as e;
$$;

revoke all on function analytics.removable_exports(integer) from public, anon, authenticated;

grant execute on function analytics.removable_exports(integer) to service_role;

comment on function analytics.removable_exports(integer) is
    'Exports whose object is to be removed, if there is one: [{export_id, object_name}]. Service role only.';

-- supabase/schemas/core/export/show_export.sql

-- Object: analytics.show_export()
-- Why: another caller's export is not found, so that an id says nothing to a caller it does not belong to. The caller of
--      another organisation is another caller: who has left an organisation gets no link to its rows.
create function analytics.show_export(export_id uuid, caller jsonb)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    select freshet.shown_export(j)
    from analytics.export_jobs as j
    where j.export_id = show_export.export_id
        and j.caller_kind = caller ->> 'kind'
        and j.caller_id is not distinct from caller ->> 'subject'
        and j.org_id is not distinct from caller ->> 'org_id';
$$;

revoke all on function analytics.show_export(uuid, jsonb) from public, anon, authenticated;

grant execute on function analytics.show_export(uuid, jsonb) to service_role;

comment on function analytics.show_export(uuid, jsonb) is
    'An export of this caller ({kind, subject}); null for another caller''s and for an unknown id. Service role only.';

-- supabase/schemas/core/export/shown_export.sql

-- Object: freshet.shown_export()
-- Why: one form of an export for the edge function, whichever function of the database gives it.
create function freshet.shown_export(job analytics.export_jobs)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object(
        'export_id', job.export_id,
        'resource', job.resource,
        'filters', job.filters,
        'format', job.format,
        'is_gzip', job.is_gzip,
        'has_bom', job.has_bom,
        'link_seconds', job.link_seconds,
        'status', job.status,
        'row_count', job.row_count,
        'done_count', job.done_count,
        'byte_count', job.byte_count,
        'withheld_count', job.snapshot -> 'withheld_count',
        'state', job.snapshot -> 'state',
        'object_name', job.object_name,
        'error_code', job.error_code,
        'requested_at', job.requested_at,
        'finished_at', job.finished_at,
        'expires_at', job.expires_at
    );
$$;

revoke all on function freshet.shown_export(analytics.export_jobs) from public, anon, authenticated;

comment on function freshet.shown_export(analytics.export_jobs) is
    'What the edge function export is given of an export: all but its request, its lease and its upload.';

-- supabase/schemas/core/export/start_export.sql

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

-- supabase/schemas/core/export/store_export_chunk.sql

-- Object: analytics.store_export_chunk()
-- Why: a chunk and the end of its pages are one transaction, so that a call that dies in between is repeated whole.
create function analytics.store_export_chunk(
    export_id uuid,
    lease_token uuid,
    last_page integer,
    bytes text,
    plain_byte_count integer
)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    job analytics.export_jobs := freshet.leased_export(store_export_chunk.export_id, store_export_chunk.lease_token);
    written constant bytea := decode(bytes, 'base64');
    rendered bigint;
begin
    with deleted as (
        delete from analytics.export_pages as p
        where p.export_id = job.export_id and p.page <= store_export_chunk.last_page
        returning p.row_count
    )
    select coalesce(sum(d.row_count), 0) into rendered from deleted as d;
    -- The answer to the call before was lost, or another call has rendered these pages.
    if rendered = 0 and (job.row_count > 0 or job.status <> 'frozen') then
        raise exception using
            errcode = 'PT409',
            message = format('export %s has no page up to %s', job.export_id, store_export_chunk.last_page),
            hint = 'They were rendered before: release the export and claim it again.';
    end if;
    insert into analytics.export_chunks (export_id, chunk, row_count, plain_byte_count, byte_count, bytes)
    select
        job.export_id, coalesce(max(c.chunk) + 1, 0), rendered, store_export_chunk.plain_byte_count, length(written), written
    from analytics.export_chunks as c
    where c.export_id = job.export_id;
    update analytics.export_jobs as j
    set done_count = j.done_count + rendered,
        status = case when j.done_count + rendered = j.row_count then 'rendered' else j.status end,
        attempts_count = 0
    where j.export_id = job.export_id
    returning j.* into job;
    return freshet.shown_export(job);
end
$$;

revoke all on function analytics.store_export_chunk(uuid, uuid, integer, text, integer) from public, anon, authenticated;

grant execute on function analytics.store_export_chunk(uuid, uuid, integer, text, integer) to service_role;

comment on function analytics.store_export_chunk(uuid, uuid, integer, text, integer) is
    'Stores the rendered pages up to last_page as the next chunk, and deletes them. bytes: one gzip member, in base64. Service role only. Raises PT409 without the lease.';

-- supabase/schemas/core/read/admit_person_reading.sql

-- Object: freshet.admit_person_reading()
-- Why: the right to another person's rows is asked, and the row of the access log written, in one place for a read and for
--      an export.
create function freshet.admit_person_reading(request jsonb, reading jsonb)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    person constant text := request #>> '{scope,value}';
    reader_kind constant text := reading #>> '{reader,kind}';
    subject constant text := reading #>> '{reader,subject}';
    people text[];
begin
    if person is null
        or request #>> '{scope,column}' is null
        or request #>> '{scope,relation}' is not null
        or nullif(request #> '{scope,org}', 'null'::jsonb) is not null
        or reading ->> 'relation' is null
        or (reader_kind = 'user' and subject is not null or reader_kind = 'secret_key' and subject is null) is not true
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'read_person takes the rows of one person, for one reader',
            hint = 'request.scope is {column, value} of the person; reading is {reader: {kind: "user", subject} or {kind: "secret_key"}, relation, resource, parameters, request_id}.';
    end if;
    if reader_kind = 'user' then
        people := freshet.scope_values(jsonb_build_object('relation', reading -> 'relation', 'value', subject));
        -- A null in the list makes the comparison null, which is not a permission.
        if (person = any (people)) is not true then
            return false;
        end if;
    end if;
    insert into analytics.access_log (reader_kind, reader_id, person_id, resource, parameters, request_id)
    values (
        reader_kind, subject, person, reading ->> 'resource', reading -> 'parameters', (reading ->> 'request_id')::uuid
    );
    return true;
end
$$;

revoke all on function freshet.admit_person_reading(jsonb, jsonb) from public, anon, authenticated;

comment on function freshet.admit_person_reading(jsonb, jsonb) is
    'Whether the reader may read this person''s rows: then a row is in analytics.access_log. Raises 22023 for a request of any other shape.';

-- supabase/schemas/core/read/read_person.sql

-- Object: analytics.read_person()
-- Why: the one way to read a person's rows for another caller. The right, the row of the access log and the rows are
--      one transaction, which is committed before its answer leaves the database: an insert that fails takes the rows
--      with it. It is volatile because the data API runs stable functions in read-only transactions.
-- Why the relation here: read_view() knows scopes by their value. Whether the subject may name this person is asked at
--      each read, and before anything else, so that a refusal says nothing about the person, not even their existence.
create or replace function analytics.read_person(view_name text, request jsonb, reading jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if not freshet.admit_person_reading(request, reading) then
        return jsonb_build_object(
            'state', freshet.state_of(view_name), 'reads', '{}'::jsonb, 'denied', true, 'scope_values', null,
            'rows', jsonb_build_array(), 'total_count', null, 'withheld_count', null
        );
    end if;
    return analytics.read_view(view_name, request);
end
$$;

-- supabase/schemas/core/read/read_queries.sql

-- Object: freshet.read_queries()
-- Why: a read and an export ask for the same rows. The request's columns, filters, scope and order become SQL here, and
--      only here, so that an export cannot show a row that a read would not.
create function freshet.read_queries(
    view_name text,
    request jsonb,
    allowed text[],
    out rows text,
    out total text,
    out withheld text
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    scope constant jsonb := nullif(request -> 'scope', 'null'::jsonb);
    org constant jsonb := nullif(scope -> 'org', 'null'::jsonb);
    reading constant jsonb := nullif(request -> 'reading', 'null'::jsonb);
    relation regclass := to_regclass(format('analytics.%I', coalesce(request ->> 'through', view_name)));
    wanted jsonb := request -> 'filters';
    asked jsonb;
    rows_of text;
    conditions text;
    countable text;
    ordering text;
    columns text;
    guards text;
    unguarded text;
begin
    if scope is not null then
        wanted := wanted
            || jsonb_build_array(jsonb_build_object('column', scope -> 'column', 'op', 'in', 'value', allowed));
        if org is not null then
            wanted := wanted || jsonb_build_array(org || jsonb_build_object('op', 'eq'));
        end if;
    end if;

    if reading is null then
        rows_of := relation::text;
    else
        relation := freshet.reading_rows(reading ->> 'name');
        asked := (reading -> 'asked')
            || jsonb_build_object('people', case when org is not null then to_jsonb(allowed) end);
        rows_of := format('freshet.%I(%L::jsonb)', 'reading_' || (reading ->> 'name'), asked);
    end if;

    select
        string_agg(c.condition, ' and '),
        string_agg(c.condition, ' and ') filter (where not c.is_place),
        string_agg(c.condition, ' and ') filter (where c.is_guard),
        string_agg(c.condition, ' and ') filter (where not c.is_place and not c.is_guard)
    into conditions, countable, guards, unguarded
    from (
        select
            freshet.wanted_condition(relation, f), f ->> 'op' in ('after', 'before'), coalesce((f ->> 'is_guard')::boolean, false)
        from jsonb_array_elements(wanted) as f
    ) as c (condition, is_place, is_guard);
    select string_agg(
        format(
            '%s %s',
            freshet.column_reference(relation, o ->> 'column'),
            case o ->> 'direction' when 'desc' then 'desc' else 'asc' end
        ), ', '
    ) into ordering
    from jsonb_array_elements(request -> 'order') as o;
    select string_agg(freshet.column_reference(relation, c), ', ') into strict columns
    from jsonb_array_elements_text(request -> 'columns') as c;

    rows := format('select %s from %s as v where %s order by %s', columns, rows_of, coalesce(conditions, 'true'), ordering);
    total := format('select count(*) from %s as v where %s', rows_of, coalesce(countable, 'true'));
    if guards is not null then
        withheld := format(
            'select count(*) from %s as v where %s and (%s) is not true', rows_of, coalesce(unguarded, 'true'), guards
        );
    end if;
end
$$;

revoke all on function freshet.read_queries(text, jsonb, text[]) from public, anon, authenticated;

comment on function freshet.read_queries(text, jsonb, text[]) is
    'The SQL of a read request: rows in their order and without a limit; total, the count of the rows of all pages; withheld, the count of rows that the minimum sample withholds, null without one. allowed: the values of the scope column that the caller may see.';

-- supabase/schemas/core/read/read_view.sql

-- Object: analytics.read_view()
-- Why: the one narrow door through which the functions' secret key reads. Version and rows come from one snapshot, so
--      that an answer can be stored under the version that it belongs to.
-- Why counts: no answer may be cut short silently. Its reader asks for one row more than it shows; if that row is
--      there, the answer says so, with the number of all rows, from the same snapshot. A complete answer costs no
--      count. An answer that leaves out rows which rest on too few people says how many, counted in the same snapshot
--      among the requested rows.
-- Why through: a page shows names beside ids, and a name is not a figure: it is joined when the rows are read, by a
--      plain view over the stored one. `through` names that view; state, objective and version stay those of the stored
--      view and of the names in `reads`. Filters, order and limit reach the stored rows and their indexes, as they
--      would without it.
create or replace function analytics.read_view(view_name text, request jsonb)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    scope constant jsonb := nullif(request -> 'scope', 'null'::jsonb);
    reading constant jsonb := nullif(request -> 'reading', 'null'::jsonb);
    through constant text := coalesce(request ->> 'through', view_name);
    relation constant regclass := to_regclass(format('analytics.%I', through));
    state constant jsonb := freshet.state_of(view_name);
    read_states jsonb;
    allowed text[];
    rows jsonb := jsonb_build_array();
    total_count bigint;
    withheld_count bigint;
    queries record;
begin
    if state is null or (relation is null and reading is null) then
        raise exception using errcode = 'undefined_table', message = format('unknown view "%s"', case when state is null then view_name else through end);
    end if;
    select coalesce(jsonb_object_agg(r.name, freshet.state_of(r.name)), '{}'::jsonb) into read_states
    from jsonb_array_elements_text(coalesce(request -> 'reads', '[]'::jsonb)) as r (name);

    if scope is not null then
        allowed := freshet.scope_values(scope);
        if freshet.scope_denies(scope, allowed, request -> 'filters') then
            return jsonb_build_object(
                'state', state, 'reads', read_states, 'denied', true, 'scope_values', to_jsonb(allowed), 'rows', rows,
                'total_count', null, 'withheld_count', null
            );
        end if;
    end if;

    if (state ->> 'populated')::boolean
        and not exists (select from jsonb_each(read_states) as r where (r.value ->> 'populated')::boolean is not true)
    then
        select q.* into queries from freshet.read_queries(view_name, request, allowed) as q;
        execute format(
            'select coalesce(jsonb_agg(to_jsonb(r)), ''[]'') from (%s limit %s) as r',
            queries.rows, coalesce((request ->> 'limit')::bigint::text, 'all')
        ) into rows;
        if (request ->> 'counts')::boolean
            or ((request ->> 'counts_cut')::boolean and jsonb_array_length(rows) = (request ->> 'limit')::bigint)
        then
            execute queries.total into total_count;
        end if;
        if queries.withheld is not null then
            execute queries.withheld into withheld_count;
        end if;
    end if;

    return jsonb_build_object(
        'state', state, 'reads', read_states, 'denied', false, 'scope_values', to_jsonb(allowed), 'rows', rows,
        'total_count', total_count, 'withheld_count', withheld_count
    );
end
$$;

-- supabase/schemas/core/export/awaits_step.sql

-- Object: freshet.awaits_step()
-- Why: the call that took an export does its first step itself, and answers with the file where it is small. Only after a
--      while does another call begin it.
create function freshet.awaits_step(job analytics.export_jobs)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select job.finished_at is null
        and (job.lease_until is null or job.lease_until < clock_timestamp())
        and (job.status <> 'queued' or job.requested_at < clock_timestamp() - interval '15 seconds');
$$;

revoke all on function freshet.awaits_step(analytics.export_jobs) from public, anon, authenticated;

comment on function freshet.awaits_step(analytics.export_jobs) is
    'Whether an export is left to whichever call comes next: no call holds it, and it is not just being taken.';

-- supabase/schemas/core/export/end_export.sql

-- Object: freshet.end_export()
-- Why: however an export ends, its pages and chunks go with its end.
create function freshet.end_export(export_id uuid, status text, error_code text default null, byte_count bigint default null)
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
    return job;
end
$$;

revoke all on function freshet.end_export(uuid, text, text, bigint) from public, anon, authenticated;

comment on function freshet.end_export(uuid, text, text, bigint) is
    'Ends an export with the status done, failed or cancelled. The object of one that is done is kept for 24 hours.';

-- supabase/schemas/core/export/export_chunks.sql

-- Object: analytics.export_chunks
-- Grain: one row per rendered part of an export's file
-- Why: the length of the file has to be known before its upload begins.
create table analytics.export_chunks (
    export_id uuid not null references analytics.export_jobs on delete cascade,
    chunk integer not null,
    row_count integer not null,
    plain_byte_count integer not null,
    byte_count integer not null,
    bytes bytea not null,
    primary key (export_id, chunk)
);

alter table analytics.export_chunks alter column bytes set storage external;

alter table analytics.export_chunks enable row level security;

revoke all on table analytics.export_chunks from public, anon, authenticated, service_role;

comment on table analytics.export_chunks is
    'Parts of files that are not published yet, in order. Deleted when the export has ended.';

comment on column analytics.export_chunks.bytes is 'One gzip member, of byte_count bytes and plain_byte_count unpacked.';

-- supabase/schemas/core/export/drive_exports.sql

select analytics.register_job(
    job_name => 'drive-exports',
    schedule => '* * * * *',
    command => $job$set statement_timeout = '30s'; set lock_timeout = '5s'; select analytics.drive_exports()$job$,
    late_after => '10 minutes',
    max_runtime => '1 minute'
);

reset check_function_bodies;
