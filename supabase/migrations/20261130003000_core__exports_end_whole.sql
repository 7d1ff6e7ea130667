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

-- supabase/schemas/core/export/freeze_export.sql

-- Object: analytics.freeze_export()
-- Why one statement: rows, states and the count of withheld rows are of one snapshot, as those of a read are.
-- Why a timeout of its own: calls of the data API end after eight seconds. A million rows take ten of a processor by
--      itself, and as many times more as others want it. The data API applies what a function sets here to its whole
--      transaction, before the statement that calls it: to that statement itself the function's setting is too late.
-- Why a freeze that was cut off is not tried again: it would take two minutes of the database each time.
create or replace function analytics.freeze_export(export_id uuid, lease_token uuid)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set statement_timeout = '120s'
as $$
declare
    page_rows constant integer := 5000;
    page_bytes constant integer := 1000000;
    most_rows constant integer := 5000000;
    job analytics.export_jobs := freshet.leased_export(freeze_export.export_id, freeze_export.lease_token);
    scope constant jsonb := nullif(job.request -> 'scope', 'null'::jsonb);
    allowed text[];
    -- The call of the data API that a timeout ends is one statement. It began a little earlier than this shows.
    began constant timestamptz := statement_timestamp();
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

    -- A page is packed once and read once: lz4 takes a quarter of the time of pglz. Not every server is built with it.
    perform set_config(s.name, 'lz4', true)
    from pg_catalog.pg_settings as s
    where s.name = 'default_toast_compression' and 'lz4' = any (s.enumvals);

    select q.* into queries from freshet.read_queries(job.view_name, job.request, allowed) as q;
    begin
        execute format(
            $query$
                -- The window takes the rows as they come, in their order: with an order of its own it would sort them again.
                with ordered as (
                    select
                        r.line, row_number() over so_far as place,
                        (row_number() over so_far - 1) / %1$s as block, (sum(octet_length(r.line)) over so_far - 1) / %2$s as span
                    from (select row_to_json(r)::text as line from (%3$s limit %4$s) as r offset 0) as r
                    window so_far as (rows unbounded preceding)
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
        when query_canceled then
            -- By an operator, or by a shorter limit than this function's: a later try may do better.
            if clock_timestamp() - began < current_setting('statement_timeout')::interval * 0.9 then
                raise;
            end if;
            return jsonb_build_object('export', freshet.shown_export(freshet.end_export(job.export_id, 'failed', 'TOO_SLOW')), 'scope_values', null);
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

comment on function analytics.freeze_export(uuid, uuid) is
    'Writes the rows of a queued export into pages, of at most 5,000 rows and some 1 MB. Service role only. Answers {export, scope_values}: failed with FORBIDDEN, NOT_READY, TOO_MANY_ROWS (more than 5,000,000) or TOO_SLOW (120 seconds were over) where it cannot be had. Raises PT409 without the lease.';

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
