-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

alter table analytics.retention drop constraint if exists retention_history_check;

alter table analytics.retention add constraint retention_history_check CHECK ((history = ANY (ARRAY['runs'::text, 'refresh_log'::text, 'refresh_requests'::text, 'http_calls'::text, 'outbox'::text, 'incidents'::text, 'access_log'::text])));

-- supabase/schemas/audit/detectors/report_slow_read.sql

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

-- supabase/schemas/audit/detectors/slow_reads.sql

-- Object: analytics.slow_reads
-- Grain: one row per resource that the read path has once waited too long for
-- Why: only the functions know which resource a slow question to the database was for, and that its caller waited.
create table analytics.slow_reads (
    resource text primary key check (resource ~ '^[a-z0-9_./-]{1,200}$'),
    first_slow_at timestamptz not null default clock_timestamp(),
    last_slow_at timestamptz not null default clock_timestamp(),
    slow_count bigint not null default 1,
    request_id uuid not null,
    read_ms integer not null check (read_ms >= 0)
);

alter table analytics.slow_reads enable row level security;

revoke all on table analytics.slow_reads from public, anon, authenticated;

comment on table analytics.slow_reads is
    'What the functions reported about reads of five seconds or more. Written by report_slow_read; 1,000 resources at most.';

comment on column analytics.slow_reads.slow_count is 'Reports, not requests: an isolate reports a resource once a minute at most.';

comment on column analytics.slow_reads.request_id is 'Request of the last report: the function''s log has a line of it.';

comment on column analytics.slow_reads.read_ms is 'How long the last reported read took, or was waited for before it was given up.';

-- supabase/schemas/audit/detectors/slow_statements.sql

-- Object: analytics.slow_statements
-- Grain: one row per statement that has once taken five seconds or more, as pg_stat_statements knows it
-- Why: pg_stat_statements only adds up. What an entry held at the last pass tells whether a statement was slow since.
create table analytics.slow_statements (
    queryid bigint not null,
    userid oid not null,
    calls_count bigint not null,
    total_ms numeric not null,
    max_ms numeric not null,
    last_slow_at timestamptz,
    last_slow_ms numeric,
    seen_at timestamptz not null default clock_timestamp(),
    primary key (queryid, userid)
);

alter table analytics.slow_statements enable row level security;

revoke all on table analytics.slow_statements from public, anon, authenticated;

comment on table analytics.slow_statements is
    'Statements over relations of schema analytics with a run of five seconds or more. Written by freshet.watch_slow_statements only.';

comment on column analytics.slow_statements.last_slow_at is
    'The pass that found it slow since the pass before; null if it was slow only before the first pass.';

-- supabase/schemas/audit/detectors/was_slow_since.sql

-- Object: freshet.was_slow_since()
-- Why: the greatest time of an entry is known, not its last: a new greatest time is a slow run, and so is a slow average of
--      the runs since. After a reset of the counters all of the entry is new.
create function freshet.was_slow_since(before analytics.slow_statements, now_is analytics.slow_statements, slow_ms numeric)
returns numeric
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when now_is.calls_count < before.calls_count or now_is.max_ms > before.max_ms then now_is.max_ms
        when now_is.calls_count > before.calls_count then (
            select a.average_ms
            from (select (now_is.total_ms - before.total_ms) / (now_is.calls_count - before.calls_count)) as a (average_ms)
            where a.average_ms >= slow_ms
        )
    end;
$$;

revoke all on function freshet.was_slow_since(analytics.slow_statements, analytics.slow_statements, numeric) from public, anon, authenticated;

comment on function freshet.was_slow_since(analytics.slow_statements, analytics.slow_statements, numeric) is
    'Milliseconds of a slow run between two states of one entry of pg_stat_statements; null if none is known.';

-- supabase/schemas/audit/detectors/watch_slow_statements.sql

-- Object: freshet.watch_slow_statements()
-- Why: BI tools and other clients read the views past the functions, and only pg_stat_statements sees how long they
--      wait. Where the extension is missing, not loaded or closed to this role, nothing is known and nothing is found.
-- Why names: refreshes and audits are jobs with limits of their own; what names a view or a live relation of schema
--      analytics is a reader. The functions name it in an argument: their slow reads are of kind slow_read.
create function freshet.watch_slow_statements(slow_ms numeric default 5000)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    is_first_pass constant boolean := not exists (select from analytics.slow_statements as s);
    extension_schema constant text := (
        select n.nspname from pg_catalog.pg_extension as e join pg_catalog.pg_namespace as n on n.oid = e.extnamespace
        where e.extname = 'pg_stat_statements'
    );
    readers constant text := format(
        '"?analytics"?\."?(%s)\M',
        array_to_string(
            array(select l.live_name from analytics.live_relations as l) || array(
                select c.relname::text from pg_catalog.pg_class as c
                where c.relnamespace = 'analytics'::regnamespace and c.relkind in ('m', 'v')
            ), '|'
        )
    );
    marker constant bigint := 0;
begin
    if extension_schema is null then
        return;
    end if;
    -- The texts are in a file, which is read only if some entry was ever slow.
    execute format(
        $query$
            with candidates as materialized (
                select p.*
                from %1$I.pg_stat_statements(false) as p
                where p.dbid = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
                    and p.toplevel and p.queryid is not null and p.max_exec_time >= $2
            ),
            texts as materialized (
                select t.queryid, t.userid, t.dbid
                from %1$I.pg_stat_statements(exists (select from candidates)) as t
                where t.toplevel and t.query ~ $3
            )
            insert into analytics.slow_statements as s (queryid, userid, calls_count, total_ms, max_ms, last_slow_at, last_slow_ms)
            select
                c.queryid, c.userid, c.calls, c.total_exec_time::numeric, c.max_exec_time::numeric,
                case when not $1 then clock_timestamp() end,
                case when not $1 then c.max_exec_time::numeric end
            from candidates as c
            join texts as t on t.queryid = c.queryid and t.userid = c.userid and t.dbid = c.dbid
            on conflict on constraint slow_statements_pkey do update
            set calls_count = excluded.calls_count,
                total_ms = excluded.total_ms,
                max_ms = excluded.max_ms,
                seen_at = clock_timestamp(),
                last_slow_at = case when freshet.was_slow_since(s, excluded, $2) is not null then clock_timestamp() else s.last_slow_at end,
                last_slow_ms = coalesce(freshet.was_slow_since(s, excluded, $2), s.last_slow_ms)
        $query$,
        extension_schema
    )
    using is_first_pass, slow_ms, readers;
    -- A pass that found none has looked as well: the next one may judge.
    insert into analytics.slow_statements (queryid, userid, calls_count, total_ms, max_ms)
    values (marker, 0, 0, 0, 0)
    on conflict on constraint slow_statements_pkey do update set seen_at = clock_timestamp();
    delete from analytics.slow_statements as s where s.seen_at < clock_timestamp() - interval '7 days';
exception
    -- The extension is installed but not loaded, older than version 1.9, or closed to this role.
    when object_not_in_prerequisite_state or undefined_function or undefined_table or undefined_column or insufficient_privilege then
        return;
end
$$;

revoke all on function freshet.watch_slow_statements(numeric) from public, anon, authenticated;

comment on function freshet.watch_slow_statements(numeric) is
    'Brings analytics.slow_statements up to date with pg_stat_statements. Idempotent.';

-- supabase/schemas/audit/kinds/default_partition_used.sql

create or replace function freshet.detect_default_partitions()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Enough to report it, and cheap however many there are.
    counted_at_most constant bigint := 10000;
    subject_name text;
    partition_name text;
    table_name text;
    repair_hint text;
    row_count bigint;
    subjects text[] := array[]::text[];
begin
    for subject_name, partition_name, table_name, repair_hint in
        -- The owner of the table writes into the partition's comment how its partitions are made. Elsewhere than in schema
        -- analytics a table may be another project's: that comment says that it is not.
        select
            case when d.relnamespace = 'analytics'::regnamespace then d.relname else format('%s.%s', n.nspname, d.relname) end,
            format('%I.%I', n.nspname, d.relname),
            format('%I.%I', n.nspname, t.relname),
            r.hint
        from pg_catalog.pg_partitioned_table as p
        join pg_catalog.pg_class as t on t.oid = p.partrelid
        join pg_catalog.pg_class as d on d.oid = p.partdefid
        join pg_catalog.pg_namespace as n on n.oid = d.relnamespace
        cross join lateral (select substring(obj_description(d.oid, 'pg_class') from 'Repair: (.+)$') as hint) as r
        where n.nspname = 'analytics' or (n.nspname = 'public' and r.hint is not null)
        order by 1
    loop
        subjects := subjects || subject_name;
        begin
            execute format('select count(*) from (select from %s limit %s) as r', partition_name, counted_at_most)
            into row_count;
        exception
            -- Its rows are being moved: the next pass looks again.
            when lock_not_available then
                row_count := null;
        end;
        perform freshet.observe(
            kind => 'default_partition_used',
            subject => subject_name,
            state => case when row_count is null then 'unknown' when row_count = 0 then 'ok' else 'bad' end,
            observed_at => clock_timestamp(),
            evidence => case
                when row_count > 0 then jsonb_strip_nulls(jsonb_build_object(
                    'message', format(
                        '%s holds %s rows that fit no other partition of %s', partition_name,
                        case when row_count = counted_at_most then format('%s or more', row_count) else row_count::text end,
                        table_name
                    ),
                    'repair_hint', repair_hint
                ))
                else '{}'
            end
        );
    end loop;

    perform freshet.withdraw_subjects('default_partition_used', subjects);
end
$$;

comment on function freshet.detect_default_partitions() is
    'Kind default_partition_used: a default partition holds rows, in schema analytics, or in schema public where its comment says how partitions are made.';

-- supabase/schemas/audit/kinds/slow_read.sql

create function freshet.find_slow_reads()
returns setof freshet.audit_finding
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    delete from analytics.slow_reads as s where s.last_slow_at < clock_timestamp() - interval '30 days';

    return query
    select
        s.resource,
        jsonb_build_object(
            'message', format('a read of %s took %s seconds, 5 at most are expected', s.resource, round(s.read_ms / 1000.0, 1)),
            'resource', s.resource,
            'request_id', s.request_id,
            'read_ms', s.read_ms,
            'slow_count', s.slow_count
        )
    from analytics.slow_reads as s
    -- Most answers come from a cache, so a resource is read rarely: one fast hour is needed before it is over.
    where s.last_slow_at >= clock_timestamp() - interval '1 hour';
end
$$;

revoke all on function freshet.find_slow_reads() from public, anon, authenticated;

comment on function freshet.find_slow_reads() is
    'Kind slow_read: resources that a function reported within the last hour.';

-- supabase/schemas/audit/kinds/slow_statement.sql

create function freshet.find_slow_statements()
returns setof freshet.audit_finding
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.watch_slow_statements();

    -- Two roles may run one statement: the slower of them is named.
    return query
    select distinct on (s.queryid)
        s.queryid::text,
        jsonb_build_object(
            'message', format(
                'statement %s of role "%s" took %s seconds, 5 at most are expected',
                s.queryid, coalesce(r.rolname, s.userid::text), round(s.last_slow_ms / 1000, 1)
            ),
            'queryid', s.queryid::text,
            'role', r.rolname,
            'last_slow_ms', round(s.last_slow_ms),
            'calls_count', s.calls_count
        )
    from analytics.slow_statements as s
    left join pg_catalog.pg_roles as r on r.oid = s.userid
    where s.last_slow_at >= clock_timestamp() - interval '1 hour'
    order by s.queryid, s.last_slow_ms desc;
end
$$;

revoke all on function freshet.find_slow_statements() from public, anon, authenticated;

comment on function freshet.find_slow_statements() is
    'Kind slow_statement: statements that were slow within the last hour, where pg_stat_statements is loaded.';

-- supabase/schemas/audit/purge/purge_access_log.sql

-- Object: freshet.purge_access_log()
-- Why: who read whose rows is itself about people, and is kept no longer than it may be asked about; see
--      freshet.purge_history() for the batches.
create function freshet.purge_access_log(keep_for interval, batch_size integer)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    with old as (
        -- By id, its key: the oldest ids are the oldest rows, but for transactions that overlapped.
        select l.access_id
        from (
            select a.access_id, a.accessed_at from analytics.access_log as a order by a.access_id limit batch_size
        ) as l
        where l.accessed_at < now() - keep_for
    ),
    deleted as (
        delete from analytics.access_log as a using old where a.access_id = old.access_id returning 1
    )
    select count(*) from deleted;
$$;

revoke all on function freshet.purge_access_log(interval, integer) from public, anon, authenticated;

comment on function freshet.purge_access_log(interval, integer) is
    'Deletes rows of the access log that are older than keep_for, at most a batch, and returns how many.';

-- supabase/schemas/audit/purge/purge_history.sql

-- Object: freshet.purge_history()
-- Why: the histories here grow for ever, and pg_cron's has no purge of its own. Each call deletes at most a batch of
--      each, so that no lock, no transaction and no replica waits for long; the next call deletes the rest.
create or replace function freshet.purge_history()
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    rule analytics.retention;
    deleted jsonb := '{}'::jsonb;
begin
    -- Two at once would only wait for each other's rows.
    if not pg_try_advisory_xact_lock(hashtextextended('freshet.purge', 0)) then
        return deleted;
    end if;
    for rule in
        -- Alerts before the incidents that they are about.
        select r.* from analytics.retention as r order by r.history = 'incidents', r.history
    loop
        deleted := deleted || jsonb_build_object(rule.history, case rule.history
            when 'runs' then freshet.purge_runs(rule) + freshet.purge_worker_runs(rule.batch_size)
            when 'refresh_log' then freshet.purge_refresh_log(rule.keep_for, rule.batch_size)
            when 'refresh_requests' then freshet.purge_refresh_requests(rule.keep_for, rule.batch_size)
            when 'http_calls' then freshet.purge_http_calls(rule.keep_for, rule.batch_size)
            when 'outbox' then freshet.purge_outbox(rule.keep_for, rule.batch_size)
            when 'incidents' then freshet.purge_incidents(rule.keep_for, rule.batch_size)
            when 'access_log' then freshet.purge_access_log(rule.keep_for, rule.batch_size)
        end);
    end loop;
    return deleted;
end
$$;

-- supabase/schemas/audit/purge/retention.sql

comment on column analytics.retention.history is
    'runs: cron.job_run_details; refresh_log: the ledger; refresh_requests: finished requests; http_calls: settled calls; outbox: delivered alerts; incidents: closed ones; access_log: who read whose rows.';

-- supabase/schemas/audit/kinds/slow_read.sql

-- Kind: slow_read
-- Means: the read path waited five seconds or more for the rows of a resource.
-- Why: the caller of such a read gets 503 or waits; a cached answer hides it from all others until the next refresh.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('slow_read', 'error', false, true, 'The database took five seconds or more to read the rows of a resource.')
on conflict (kind) do update set severity = excluded.severity, has_job_thresholds = excluded.has_job_thresholds, can_flap = excluded.can_flap, summary = excluded.summary;

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    756, 'slow_reads',
    'freshet.observe_findings(''slow_read'', array(select f from freshet.find_slow_reads() as f), array(select s.resource from analytics.slow_reads as s))',
    false
)
on conflict (detector) do update set place = excluded.place, call = excluded.call, needs_history = excluded.needs_history;

-- supabase/schemas/audit/kinds/slow_statement.sql

-- Kind: slow_statement
-- Means: a statement that reads relations of schema analytics took five seconds or more.
-- Why: readers past the functions, BI tools above all, tell no one that they wait.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('slow_statement', 'warning', false, true, 'A statement over relations of schema analytics took five seconds or more.')
on conflict (kind) do update set severity = excluded.severity, has_job_thresholds = excluded.has_job_thresholds, can_flap = excluded.can_flap, summary = excluded.summary;

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    757, 'slow_statements',
    'freshet.observe_findings(''slow_statement'', array(select f from freshet.find_slow_statements() as f), array(select s.queryid::text from analytics.slow_statements as s))',
    false
)
on conflict (detector) do update set place = excluded.place, call = excluded.call, needs_history = excluded.needs_history;

-- supabase/schemas/audit/purge/retention.sql

insert into analytics.retention (history, keep_for)
values
    ('runs', '14 days'),
    ('refresh_log', '90 days'),
    ('http_calls', '30 days'),
    ('outbox', '30 days'),
    ('incidents', '365 days'),
    ('refresh_requests', '30 days'),
    ('access_log', '2 years')
on conflict (history) do update set keep_for = excluded.keep_for;

reset check_function_bodies;
