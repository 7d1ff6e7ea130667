-- Kind: default_partition_used
-- Means: rows lie in a default partition, because the partition that they belong to is missing.
-- Why: a partition cannot be created while the default one holds its rows, and queries scan the default one as well.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('default_partition_used', 'warning', false, false, 'Rows lie in a default partition: the partition that they belong to is missing.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    750, 'default_partitions',
    'freshet.detect_default_partitions()',
    false
);

create function freshet.detect_default_partitions()
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

revoke all on function freshet.detect_default_partitions() from public, anon, authenticated;

comment on function freshet.detect_default_partitions() is
    'Kind default_partition_used: a default partition holds rows, in schema analytics, or in schema public where its comment says how partitions are made.';
