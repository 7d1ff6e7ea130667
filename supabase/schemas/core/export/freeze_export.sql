-- Object: analytics.freeze_export()
-- Why one statement: rows, states and the count of withheld rows are of one snapshot, as those of a read are.
-- Why a timeout of its own: calls of the data API end after eight seconds. A million rows take ten of a processor by
--      itself, and as many times more as others want it. The data API applies what a function sets here to its whole
--      transaction, before the statement that calls it: to that statement itself the function's setting is too late.
-- Why a freeze that was cut off is not tried again: it would take two minutes of the database each time.
create function analytics.freeze_export(export_id uuid, lease_token uuid)
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

revoke all on function analytics.freeze_export(uuid, uuid) from public, anon, authenticated;

grant execute on function analytics.freeze_export(uuid, uuid) to service_role;

comment on function analytics.freeze_export(uuid, uuid) is
    'Writes the rows of a queued export into pages, of at most 5,000 rows and some 1 MB. Service role only. Answers {export, scope_values}: failed with FORBIDDEN, NOT_READY, TOO_MANY_ROWS (more than 5,000,000) or TOO_SLOW (120 seconds were over) where it cannot be had. Raises PT409 without the lease.';
