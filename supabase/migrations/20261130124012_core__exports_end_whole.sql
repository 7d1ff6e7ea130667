-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- Chunks were gzip members so far. What is half made of them cannot be gone on with: its caller orders it again.
select freshet.end_export(j.export_id, 'failed', 'INTERNAL')
from analytics.export_jobs as j
where exists (select from analytics.export_chunks as c where c.export_id = j.export_id);

drop function analytics.store_export_chunk(uuid,uuid,integer,text,integer);

alter table analytics.export_chunks add column crc32 bigint not null;

alter table analytics.export_chunks add constraint export_chunks_crc32_check CHECK (((crc32 >= 0) AND (crc32 <= '4294967295'::bigint)));

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
                    jsonb_build_object('plain_byte_count', c.plain_byte_count, 'byte_count', c.byte_count, 'crc32', c.crc32)
                    order by c.chunk
                ),
                '[]'
            )
            from analytics.export_chunks as c
            where c.export_id = job.export_id
        )
    );
end
$$;

-- supabase/schemas/core/export/export_jobs.sql

comment on column analytics.export_jobs.upload_url is 'Where its resumable upload goes on; null without one. After an export that was not done, the upload that is still to be ended.';

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
    set upload_url = null,
        is_removed = j.finished_at <= clock_timestamp() - interval '10 minutes',
        status = case when j.status = 'done' then 'expired' else j.status end
    where j.export_id = forget_export_object.export_id and j.finished_at is not null;
$$;

comment on function analytics.forget_export_object(uuid) is
    'The object of this export was removed, and its upload ended, or there was none. The removal of one that ended less than ten minutes ago is repeated. Service role only. Idempotent.';

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
        returning j.export_id, j.object_name, j.upload_url
    )
    select coalesce(
        jsonb_agg(jsonb_build_object('export_id', t.export_id, 'object_name', t.object_name, 'upload_url', t.upload_url)), '[]'
    )
    from tried as t;
$$;

comment on function analytics.removable_exports(integer) is
    'Takes on the removal of objects of exports that are over, if they have one, and of their unfinished uploads: [{export_id, object_name, upload_url}], upload_url null where none is known. Those that it names are not named again for five minutes. Service role only.';

-- supabase/schemas/core/export/store_export_chunk.sql

-- Object: analytics.store_export_chunk()
-- Why: a chunk and the end of its pages are one transaction, so that a call that dies in between is repeated whole.
create function analytics.store_export_chunk(
    export_id uuid,
    lease_token uuid,
    last_page integer,
    bytes text,
    plain_byte_count integer,
    crc32 bigint
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
    insert into analytics.export_chunks (export_id, chunk, row_count, plain_byte_count, byte_count, bytes, crc32)
    select
        job.export_id, coalesce(max(c.chunk) + 1, 0), rendered, store_export_chunk.plain_byte_count, length(written), written,
        store_export_chunk.crc32
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

revoke all on function analytics.store_export_chunk(uuid, uuid, integer, text, integer, bigint) from public, anon, authenticated;

grant execute on function analytics.store_export_chunk(uuid, uuid, integer, text, integer, bigint) to service_role;

comment on function analytics.store_export_chunk(uuid, uuid, integer, text, integer, bigint) is
    'Stores the rendered pages up to last_page as the next chunk, and deletes them. bytes, in base64, and crc32: see analytics.export_chunks. Service role only. Raises PT409 without the lease.';

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
        -- An upload that made no object is ended when the object is removed.
        upload_url = case when end_export.status <> 'done' then j.upload_url end,
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

-- supabase/schemas/core/export/export_chunks.sql

comment on column analytics.export_chunks.bytes is 'Deflate (RFC 1951) without its end, of byte_count bytes and plain_byte_count unpacked: the chunks of an export, one behind the other, and an empty last block are the deflate of the whole text.';

comment on column analytics.export_chunks.crc32 is
    'CRC-32 (RFC 1952) of the text of all chunks up to this one and with it: what gzip ends with.';

reset check_function_bodies;
