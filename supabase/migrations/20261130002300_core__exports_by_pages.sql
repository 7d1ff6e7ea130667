-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- supabase/schemas/core/export/export_rows.sql

-- Object: analytics.export_rows()
-- Why: a call renders one page after the other, as many as its time allows. In memory a page takes more
--      than ten times its size, so that small ones are joined up to the size of a page only.
create or replace function analytics.export_rows(export_id uuid, lease_token uuid)
returns json
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    most_rows constant integer := 5000;
    most_bytes constant integer := 1000000;
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

comment on function analytics.export_rows(uuid, uuid) is
    'The next pages to render, with 5,000 rows and 1 MB at most, but always one: {last_page, pages: [[row]]}, last_page null where none is left. Service role only. Raises PT409 without the lease.';

-- supabase/schemas/core/export/freeze_export.sql

-- Object: analytics.freeze_export()
-- Why one statement: rows, states and the count of withheld rows are of one snapshot, as those of a read are.
-- Why a timeout of its own: a million rows take six seconds on a small machine, and calls of the data API end after eight.
--      The data API applies what a function sets here to its whole transaction.
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

comment on function analytics.freeze_export(uuid, uuid) is
    'Writes the rows of a queued export into pages, of at most 5,000 rows and some 1 MB. Service role only. Answers {export, scope_values}: failed with FORBIDDEN, NOT_READY or TOO_MANY_ROWS (more than 5,000,000) where it cannot be had. Raises PT409 without the lease.';

reset check_function_bodies;
