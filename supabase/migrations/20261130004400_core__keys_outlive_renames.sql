-- Rows that count as those of their sources before this migration still do after it, under the new fingerprint.
select set_config(
    'freshet.settled_views',
    coalesce((select string_agg(v.view_name, ',') from analytics.views as v where v.watch_state = freshet.watch_state(v.watched_tables)), ''),
    false
);

-- The keys of sources outlive what is renamed, dropped or replaced.

-- Why: two transactions that register views over one source each see the keys that they made. The later one would write
--      trigger functions without the key of the other, whose view would then miss every change.
create function freshet.lock_keys(source regclass)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select true from pg_advisory_xact_lock(hashtextextended('freshet.keys:' || source::oid, 0));
$$;

revoke all on function freshet.lock_keys(regclass) from public, anon, authenticated;

comment on function freshet.lock_keys(regclass) is
    'Waits until no other transaction changes what is logged of a source. True; what is read after it is up to date.';

-- Why: keeps the change log short without waiting for a refresh or holding one up; see analytics.source_changes.
create or replace function freshet.trim_source_changes(source regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    lock_key constant bigint := freshet.source_lock_key(source);
begin
    -- A running refresh has a snapshot that is not in the registry yet, so which changes it lacks is unknown. The lock
    -- is released at once: held to the end of a long transaction it would make other refreshes wait.
    if not pg_try_advisory_lock(lock_key) then
        return;
    end if;
    begin
        -- A migration that has added a key to the log may be about to refresh its view, and would wait for this lock.
        if to_regclass(freshet.key_log(source)) is not null then
            execute format('lock table %s in row exclusive mode nowait', freshet.key_log(source));
        end if;
        perform freshet.delete_needless_source_changes(source);
        perform freshet.fold_keys(source);
    exception
        when lock_not_available then
            null;
        when query_canceled or others then
            perform pg_advisory_unlock(lock_key);
            raise;
    end;
    perform pg_advisory_unlock(lock_key);
end
$$;

-- Why: generated objects of a source are named after it: public_submissions. They keep their names when it is renamed.
-- Why the number: a table that was renamed leaves its name to another one, and a.b_c is called like a_b.c. Two sources with
--      one log would call each other's functions, and fail each other's writes.
create or replace function freshet.source_name(source regclass)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (select min(k.source_name) from analytics.source_keys as k where k.source = source_name.source),
        (
            select
                n.nspname || '_' || c.relname
                || case
                    when exists (select from analytics.source_keys as k where k.source_name = n.nspname || '_' || c.relname) then '_' || c.oid
                    else ''
                end
            from pg_catalog.pg_class as c
            join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
            where c.oid = source_name.source
        )
    );
$$;

comment on function freshet.source_name(regclass) is
    'Schema and name of a source, as a part of generated names; with its number where another source has that name.';

-- Why: 1.0 equals 1.00, 0 equals -0, 1 day equals 24 hours. Of which types equal values are the same bytes is what
--      PostgreSQL asks before it stores an index entry once for several rows, by the fourth support function of btree.
create or replace function freshet.has_one_image(type oid, typmod integer)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    declared pg_catalog.pg_type;
begin
    select * into strict declared from pg_catalog.pg_type as t where t.oid = type;
    return case
        when declared.typtype = 'd' then freshet.has_one_image(declared.typbasetype, declared.typtypmod)
        when declared.typtype = 'e' then true
        when declared.typsubscript = 'array_subscript_handler'::regproc and declared.typlen = -1
            then freshet.has_one_image(declared.typelem, typmod)
        -- With a declared scale each number is written in one way, with a declared length each padded text.
        when type in ('numeric'::regtype, 'bpchar'::regtype) then typmod >= 0
        else exists (
            select
            from pg_catalog.pg_opclass as o
            join pg_catalog.pg_am as m on m.oid = o.opcmethod and m.amname = 'btree'
            join pg_catalog.pg_amproc as p
                on p.amprocfamily = o.opcfamily and p.amproclefttype = o.opcintype and p.amprocrighttype = o.opcintype and p.amprocnum = 4
            where o.opcdefault and o.opcintype in (type, case when type = 'varchar'::regtype then 'text'::regtype else type end)
        )
    end;
end
$$;

-- Why: a group is computed again only when its sources change. A query that reads the clock, or draws lots, has other
--      rows without any change, so groups that were computed at different moments would not belong together.
-- Why functions of SQL and PL: one that is not immutable may read a table, of which no change is then seen.
-- Why one image: a group shows one of the values that are equal in it, and which one depends on the plan. A refresh of the
--      group and one of everything would differ for ever, as rows that nothing explains. A row is replaced by its unique key,
--      so it would keep the value that it had.
drop function freshet.assert_repeatable(text, regclass, name[]);

create function freshet.assert_repeatable(view_name text, definition regclass, keys name[])
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    fault text;
begin
    select string_agg(distinct p.name, ', ') into fault
    from freshet.queries_of(definition) as q
    join pg_catalog.pg_rewrite as r on r.ev_class = q.relation
    cross join lateral (
        select o.oid::regprocedure::text as name
        from regexp_matches(r.ev_action::text, ':(?:funcid|opfuncid|aggfnoid|winfnoid) (\d+)', 'g') as m (ids)
        join pg_catalog.pg_proc as o on o.oid = m.ids[1]::oid
        where o.provolatile = 'v'
            or o.oid in (
                'now()'::regprocedure, 'transaction_timestamp()'::regprocedure, 'statement_timestamp()'::regprocedure,
                'current_setting(text)'::regprocedure, 'current_setting(text, boolean)'::regprocedure
            )
            or (o.provolatile = 's' and (select l.lanname from pg_catalog.pg_language as l where l.oid = o.prolang) not in ('internal', 'c'))
        union all
        -- current_date and the like.
        select 'current_date or its like' where r.ev_action::text like '%{SQLVALUEFUNCTION%'
        union all
        select 'tablesample' where r.ev_action::text like '%{TABLESAMPLECLAUSE%'
    ) as p;
    if fault is not null then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot register "%s" as incremental: its rows change without a change of its sources, by %s', view_name, fault),
            hint = 'Move what depends on the moment of the read into the reading of the rows, write the query of a function into the view, so that the tables it reads are seen, declare immutable what reads none; or leave out incremental.';
    end if;

    select string_agg(k.name, ', ') into fault
    from (select distinct u.name from unnest(keys) as u (name)) as k
    join pg_catalog.pg_attribute as a on a.attrelid = definition and a.attname = k.name
    join pg_catalog.pg_collation as c on c.oid = a.attcollation
    where not c.collisdeterministic;
    if fault is not null then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot register "%s" as incremental: key column %s has a collation that takes different texts as equal', view_name, fault),
            hint = 'Give the column a deterministic collation, for example: lower(name) collate "C".';
    end if;

    select string_agg(format('%s is %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by a.attname) into fault
    from pg_catalog.pg_attribute as a
    where a.attrelid = definition and a.attname = any (keys) and not freshet.has_one_image(a.atttypid, a.atttypmod);
    if fault is not null then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot register "%s" as incremental: key column %s, of which equal values may look different', view_name, fault),
            hint = 'Cast it in the query, in select and group by: amount::numeric(12,2), code::text, extract(epoch from span)::bigint.';
    end if;
end
$$;

revoke all on function freshet.assert_repeatable(text, regclass, name[]) from public, anon, authenticated;

comment on function freshet.assert_repeatable(text, regclass, name[]) is
    'Raises 0A000 for a query whose rows depend on more than its sources, and for columns of its keys in which equal values may differ.';

-- Why: a key is found by its text, and its function follows what is renamed. After "rename shop to old_shop" and "rename
--      town to shop" the text x.shop means another column than the function that was made of it.
-- Why the tree: both were parsed, so it has the numbers of columns and functions. Where a text began is no difference.
create function freshet.is_key(source regclass, place smallint, expression text)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    noise constant text := ':(location|stmt_location|stmt_len|resname) \S+';
    known analytics.source_keys;
    logged text;
    written text;
begin
    select * into strict known from analytics.source_keys as k where k.source = is_key.source and k.place = is_key.place;
    select regexp_replace(p.prosqlbody::text, noise, '', 'g') into logged
    from pg_catalog.pg_proc as p
    where p.oid = to_regprocedure(format(
        'freshet.%I(%s)', freshet.incremental_name(format('key_%s_of_', known.place), known.source_name), source
    ));
    -- It is made of the text.
    if logged is null then
        return expression = known.expression;
    end if;
    begin
        execute format(
            'create function pg_temp.freshet_key_of_row(x %s) returns %s language sql immutable begin atomic select %s; end',
            source, known.type, expression
        );
    exception
        -- A column or a function of the text is not there any more, or the text has another type.
        when syntax_error_or_access_rule_violation then
            return false;
    end;
    select regexp_replace(p.prosqlbody::text, noise, '', 'g') into strict written
    from pg_catalog.pg_proc as p
    where p.proname = 'freshet_key_of_row' and p.pronamespace = pg_my_temp_schema();
    execute format('drop function pg_temp.freshet_key_of_row(%s)', source);
    return logged = written;
end
$$;

revoke all on function freshet.is_key(regclass, smallint, text) from public, anon, authenticated;

comment on function freshet.is_key(regclass, smallint, text) is
    'Whether an expression over a row x of the source means what the triggers log under this place.';

-- Why: a view that is registered after a column was renamed would follow the changes of another column, if its
--      key were found by a text that is out of date.
create function freshet.rename_keys(source regclass, expressions text[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    one text;
begin
    update analytics.source_keys as k
    set expression = format('key %s: %s before something was renamed', k.place, k.expression)
    where k.source = rename_keys.source
        and k.expression not like 'key %'
        and not freshet.is_key(k.source, k.place, k.expression);
    foreach one in array expressions loop
        update analytics.source_keys as k
        set expression = one
        where k.source = rename_keys.source
            and k.place = (
                select min(s.place)
                from analytics.source_keys as s
                where s.source = rename_keys.source and freshet.is_key(s.source, s.place, one)
            )
            and not exists (select from analytics.source_keys as s where s.source = rename_keys.source and s.expression = one);
    end loop;
end
$$;

revoke all on function freshet.rename_keys(regclass, text[]) from public, anon, authenticated;

comment on function freshet.rename_keys(regclass, text[]) is
    'Gives the keys of a source the texts that mean them now: one of the expressions, or one that no expression has. Idempotent.';

-- Why: two derivations of the mappings are compared by what is logged, whatever their references are numbered.
create function freshet.keys_of_view(view_name text)
returns text[]
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select array_agg(r.keys order by r.keys)
    from (
        select format('%s: %s', m.source::oid, string_agg(format('%s=%s', m.key_column, m.place), ', ' order by m.key_column)) as keys
        from analytics.view_mappings as m
        where m.view_name = keys_of_view.view_name
        group by m.source, m.reference
    ) as r;
$$;

revoke all on function freshet.keys_of_view(text) from public, anon, authenticated;

comment on function freshet.keys_of_view(text) is 'For each reference of an incremental view to a source: the places of the logged keys that equal its key columns.';

-- Why: which groups of a view a changed source row can touch is proved by the planner, not declared. The question
--      "the query where key1 = $1 and key2 = $2" is planned for any values. A scan of a source that filters by
--      "expression over the row = $1" reads only rows with that value, so a row can only touch groups whose first key
--      equals the expression: its old version before the change, its new one after it. This holds whatever the tables
--      hold, since the planner relies on the query alone.
-- Why the settings: a sequential scan shows its conditions as a filter; an index scan or a pruned partition hides them.
-- Why the parameters are numbered from 1001: PostgreSQL 15 shows the result of a subquery as $0, $1, … too, and such a
--      condition proves nothing.
create or replace function freshet.group_mappings(definition regclass, group_key name[])
returns table (source regclass, reference smallint, key_column name, expression text, has_value boolean)
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = 'force_generic_plan'
-- A moment in the text of an expression follows them.
set timezone = 'UTC'
set datestyle = 'ISO, MDY'
set intervalstyle = 'postgres'
set extra_float_digits = '1'
set enable_seqscan = on
set enable_indexscan = off
set enable_indexonlyscan = off
set enable_bitmapscan = off
set enable_memoize = off
set enable_partition_pruning = off
set constraint_exclusion = off
set max_parallel_workers_per_gather = 0
as $$
declare
    first constant integer := 1000;
    types constant text := repeat('integer, ', first) || (
        select string_agg(format_type(a.atttypid, a.atttypmod), ', ' order by k.place)
        from unnest(group_key) with ordinality as k (name, place)
        join pg_catalog.pg_attribute as a on a.attrelid = definition and a.attname = k.name and not a.attisdropped
    );
    conditions constant text := (
        select string_agg(format('d.%I operator(pg_catalog.=) $%s', k.name, first + k.place), ' and ' order by k.place)
        from unnest(group_key) with ordinality as k (name, place)
    );
    takes_expressions constant boolean := not freshet.has_collate(definition);
    explained jsonb;
begin
    execute format('prepare freshet_probe (%s) as select * from %s as d where %s', types, definition, conditions);
    begin
        execute format(
            'explain (verbose, costs off, format json) execute freshet_probe (%s)',
            repeat('null, ', first + cardinality(group_key) - 1) || 'null'
        ) into explained;
    exception
        when query_canceled or others then
            deallocate freshet_probe;
            raise;
    end;
    deallocate freshet_probe;

    return query
    with scans as (
        select
            -- The root of a partition; of any other relation itself.
            coalesce(pg_partition_root(s.source::regclass), s.source::regclass) as root,
            s.alias,
            s.filter
        from freshet.scans_of_plan(explained #> '{0,Plan}') as s
    ),
    found as (
        select
            s.root,
            s.alias,
            s.filter,
            array_agg(
                case
                    when takes_expressions
                        or e.expression ~ '^x\.([a-z_][a-z0-9_]*|"[^"]+")$'
                        or freshet.is_collation_free(s.root, e.expression)
                        then e.expression
                end
                order by k.place
            ) as expressions,
            array_agg(freshet.has_value(s.root, e.expression, s.filter, s.alias) order by k.place) as has_values
        from scans as s
        cross join unnest(group_key) with ordinality as k (name, place)
        cross join lateral (select freshet.key_expression(s.filter, s.alias, first + k.place::integer)) as e (expression)
        group by s.root, s.alias, s.filter
    ),
    -- References with the same expressions touch the same groups.
    refs as (
        select f.root, f.expressions, row_number() over (partition by f.root order by f.expressions)::smallint as reference
        from (select distinct o.root, o.expressions from found as o) as f
    )
    select
        r.root, r.reference, k.name, r.expressions[k.place],
        (select bool_and(f.has_values[k.place]) from found as f where f.root = r.root and f.expressions = r.expressions)
    from refs as r
    cross join unnest(group_key) with ordinality as k (name, place);
end
$$;

-- Why: derives which groups a change touches, and refuses a view of which this is not known for a source: a refresh that
--      misses a group is wrong for good, and shows nothing.
create or replace function freshet.map_view(view_name text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    definition constant regclass := freshet.definition_of(view_name)::regclass;
    declared analytics.incremental_views;
    mapping record;
    null_keys name[];
    type text;
    fault text;
begin
    select * into strict declared from analytics.incremental_views as v where v.view_name = map_view.view_name;
    perform freshet.assert_repeatable(view_name, definition, declared.group_key || declared.row_key);
    null_keys := array(select k.name from unnest(declared.group_key) as k (name) where freshet.may_be_null(definition, k.name));
    delete from analytics.view_mappings as m where m.view_name = map_view.view_name;
    for mapping in
        select
            m.*,
            row_number() over (partition by m.source order by m.ordinality) as place,
            array_agg(m.expression) filter (where m.expression is not null) over (partition by m.source) as expressions
        from freshet.group_mappings(definition, declared.group_key) with ordinality as m
        where m.source <> all (declared.rebuild_on)
        -- Places are numbered in this order.
        order by m.ordinality
    loop
        if mapping.place = 1 then
            perform freshet.lock_keys(mapping.source);
            perform freshet.rename_keys(mapping.source, coalesce(mapping.expressions, '{}'));
        end if;
        if mapping.expression is not null then
            begin
                type := freshet.key_type(mapping.source, mapping.expression);
            exception
                when others then
                    raise exception using
                        errcode = sqlstate,
                        message = format(
                            'cannot register "%s" as incremental: key column %s is %s of %s: %s',
                            view_name, mapping.key_column, mapping.expression, mapping.source, sqlerrm
                        ),
                        hint = 'Write the expression so that it does not depend on the session, for example "at time zone ''UTC''" before date_trunc.';
            end;
            -- Then a group is known by the other columns alone.
            if not freshet.is_total_cast(
                to_regtype(type)::regtype,
                (select a.atttypid from pg_catalog.pg_attribute as a where a.attrelid = definition and a.attname = mapping.key_column)
            ) then
                mapping.expression := null;
            end if;
        end if;
        if mapping.expression is not null then
            insert into analytics.source_keys (source, place, expression, type, source_name, is_guarded)
            values (
                mapping.source,
                coalesce((select max(k.place) from analytics.source_keys as k where k.source = mapping.source), 0) + 1,
                mapping.expression,
                type,
                freshet.source_name(mapping.source),
                freshet.may_raise(mapping.source, mapping.expression)
            )
            on conflict (source, expression) do nothing;
        end if;
        insert into analytics.view_mappings (view_name, source, reference, key_column, place, has_null_group)
        values (
            map_view.view_name, mapping.source, mapping.reference, mapping.key_column,
            (select k.place from analytics.source_keys as k where k.source = mapping.source and k.expression = mapping.expression),
            mapping.expression is not null and mapping.has_value is not true and mapping.key_column = any (null_keys)
        );
    end loop;

    select string_agg(distinct u.source::text, ', ') into fault
    from (
        -- What the plan does not scan depends on a constraint that can be dropped; what only the plan knows is not watched.
        select s.source from freshet.sources_of_relation(definition) as s
        where not exists (select from analytics.view_mappings as m where m.view_name = map_view.view_name and m.source = s.source)
        union
        select m.source from analytics.view_mappings as m
        where m.view_name = map_view.view_name
        group by m.source, m.reference
        having count(m.place) = 0
            or not exists (select from freshet.sources_of_relation(definition) as s where s.source = m.source)
        union
        -- A materialized view changes as a whole.
        select c.oid::regclass
        from analytics.view_mappings as m
        join pg_catalog.pg_class as c on c.oid = m.source and c.relkind not in ('r', 'p')
        where m.view_name = map_view.view_name
    ) as u (source)
    where u.source <> all (declared.rebuild_on);
    if fault is not null then
        raise exception using
            errcode = 'feature_not_supported',
            message = format(
                'cannot register "%s" as incremental by %s: which groups a change touches is not known for %s',
                view_name, array_to_string(declared.group_key, ', '), fault
            ),
            hint = 'Each reading of a source has to be narrowed by a key column. A CTE that is read twice needs "as not materialized"; a materialized view has to be incremental itself; a source that hardly changes may be named in rebuild_on; other columns of the view in incremental_by. A rank or sum over everything cannot be incremental.';
    end if;
end
$$;

-- Why: which groups a change touches follows from the functions and plain views of the query, and from columns that are
--      never null. When one of them was replaced the old keys may name other groups than the rows have.
-- Why try: while another transaction changes what is logged, this is left to the next refresh.
-- Why it does not log the new keys itself: their triggers wait for writers, and later writers would wait for the refresh.
create function freshet.map_again(view_name text)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    known constant text[] := freshet.keys_of_view(view_name);
begin
    if exists (
        select
        from (
            select m.source from analytics.view_mappings as m where m.view_name = map_again.view_name group by m.source order by m.source::oid
        ) as s
        where not pg_try_advisory_xact_lock(hashtextextended('freshet.keys:' || s.source::oid, 0))
    ) then
        return false;
    end if;
    perform freshet.map_view(view_name);
    if known <> freshet.keys_of_view(view_name) then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format(
                'a function or a view of the query was replaced, so that other keys tell its groups apart: register "%s" again, with analytics.register_view',
                view_name
            );
    end if;
    perform freshet.build_statements(view_name);
    return true;
end
$$;

revoke all on function freshet.map_again(text) from public, anon, authenticated;

comment on function freshet.map_again(text) is
    'Derives the mappings of an incremental view again; false: not now. Raises 55000 where its sources log other keys than it needs now.';

-- Why: a key log would grow for as long as the slowest view does not refresh. A fold takes committed keys out of the log
--      and puts aside, once each, what a view still lacks. It is called while no refresh reads the source, so the
--      snapshots in the registry are those of the rows. The log and what is put aside change in one statement: every
--      snapshot sees a key in one of the two.
-- Why arrays as text: JSON has no lower bounds, and '[0:1]={a,b}' is another group than '{a,b}'.
-- Why the settings: texts are read again by freshet.refresh_groups().
-- Why the lock: another fold, in a transaction that is still open, may have taken a row already.
create or replace function freshet.fold_keys(source regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO, MDY'
set intervalstyle = 'postgres'
set extra_float_digits = '1'
as $$
declare
    log constant text := freshet.key_log(source);
    lacked constant text := (
        select string_agg(
            format(
                'select distinct v.view_name, case when l.is_whole then ''{}''::jsonb else jsonb_build_object(%s) end '
                'from taken as l, analytics.views as v '
                'where v.view_name = %L and v.source_snapshot is not null and %s and (l.is_whole or %s or %s)',
                r.pairs, r.view_name, freshet.lacks_change('l.txid'), r.missing, r.present
            ),
            ' union '
        )
        from (
            select
                m.view_name,
                string_agg(
                    format('%L, l.k%s%s', m.key_column, m.place, case when t.typcategory = 'A' then '::text' end), ', ' order by m.key_column
                ) as pairs,
                '(' || string_agg(format('l.k%s is not null', m.place), ' and ') || ')' as present,
                -- What is left out may have no key either; see freshet.rejected_statement().
                case
                    when exists (select from analytics.views as v where v.view_name = m.view_name and v.rejects is not null) then 'true'
                    else coalesce('(' || string_agg(format('l.k%s is null', m.place), ' or ') filter (where m.has_null_group) || ')', 'false')
                end as missing
            from analytics.view_mappings as m
            join pg_catalog.pg_attribute as a on a.attrelid = to_regclass(log) and a.attname = 'k' || m.place
            join pg_catalog.pg_type as t on t.oid = a.atttypid
            where m.source = fold_keys.source and m.place is not null
            group by m.view_name, m.reference
        ) as r
    );
begin
    if lacked is null or to_regclass(log) is null then
        return;
    end if;
    execute format(
        'with seen as materialized (select l.ctid as place from %1$s as l '
        'where l.txid is distinct from pg_current_xact_id_if_assigned() for update skip locked), '
        'taken as (delete from %1$s as l using seen as s where l.ctid = s.place returning l.*), '
        'lacked (view_name, group_key) as (%2$s) '
        'insert into analytics.dirty_groups (view_name, group_key) '
        'select d.view_name, d.group_key from lacked as d '
        'where not exists (select from analytics.dirty_groups as g where g.view_name = d.view_name and g.group_key = d.group_key)',
        log, lacked
    );
end
$$;

-- Why: the first half of every generated statement: which groups of the view its rows lack. Counting, refreshing and
--      proving have to read the same keys.
-- Why strict: otherwise an array with a null in it is taken for a key that is missing.
-- Why the group of null: the view cannot hold it, so computing everything fails, at the next refresh and in plain words.
create or replace function freshet.dirty_statement(view_name text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select format(
            'with declared as materialized (select * from analytics.views where view_name = %1$L), '
            'aside as materialized (select g.ctid as place, g.group_key, '
            '(select string_agg(o.k, '','' order by o.k collate "C") from jsonb_object_keys(g.group_key) as o (k)) as shape, '
            'g.group_key @? ''strict $.* ? (@ == null)'' as lacks_key '
            'from analytics.dirty_groups as g where g.view_name = %1$L)',
            view_name
        )
        || string_agg(
            format(
                ', dirty_%s as materialized (select distinct u.* from (%s union all select %s from aside as a '
                'cross join lateral jsonb_populate_record(null::analytics.%I, a.group_key) as r where a.shape = %L and not a.lacks_key) as u)',
                s.shape,
                s.logged,
                (select string_agg(format('r.%I', c.name), ', ' order by c.place) from unnest(s.columns) with ordinality as c (name, place)),
                view_name,
                (select string_agg(c.name, ',' order by c.name collate "C") from unnest(s.columns) as c (name))
            ),
            '' order by s.shape
        )
        || format(
            ', everything as materialized (select exists (select from aside as a where a.shape is null)%s as is_dirty)',
            (
                select string_agg(w.condition, '' order by w.condition)
                from (
                    select format(
                        ' or exists (select from %s as l, declared as v where l.is_whole and %s)',
                        freshet.key_log(m.source), freshet.lacks_change('l.txid')
                    )
                    from (select distinct d.source from analytics.view_mappings as d where d.view_name = dirty_statement.view_name) as m
                    union all
                    -- The query is asked only after a row without a key was written.
                    select format(
                        ' or ((exists (select from aside as a where a.lacks_key)%s) and (%s))',
                        string_agg(distinct format(
                            ' or exists (select from %s as l, declared as v where l.k%s is null and not l.is_whole and %s)',
                            freshet.key_log(m.source), m.place, freshet.lacks_change('l.txid')
                        ), ''),
                        string_agg(distinct format('exists (select from %s as d where d.%I is null)', freshet.definition_of(m.view_name), m.key_column), ' or ')
                    )
                    from analytics.view_mappings as m
                    where m.view_name = dirty_statement.view_name and m.has_null_group
                    having count(*) > 0
                    union all
                    select format(
                        ' or exists (select from analytics.source_changes as l, declared as v where l.source = %s::regclass and %s)',
                        r.source::oid, freshet.lacks_change('l.txid')
                    )
                    from analytics.incremental_views as i
                    cross join lateral unnest(i.rebuild_on) as r (source)
                    where i.view_name = dirty_statement.view_name
                ) as w (condition)
            )
        )
    from freshet.shapes_of_view(view_name) as s;
$$;

-- Why: the rows of a group are looked up in each source by the key of the group. Without an index over all of the key a
--      group costs a scan, or a part of one: 29 ms and not 0.13 over a hundred thousand rows of one organisation.
create or replace function freshet.unindexed_references(view_name text)
returns table (source regclass, reference smallint, columns text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with wanted as (
        select
            m.source,
            m.reference,
            string_agg(
                case when e.expression ~ '^([a-z_][a-z0-9_]*|"[^"]+")$' then e.expression else format('(%s)', e.expression) end,
                ', ' order by m.key_column
            ) as columns,
            array_agg(distinct regexp_replace(e.expression, '[\s()]', '', 'g')) as expressions
        from analytics.view_mappings as m
        join analytics.source_keys as k on k.source = m.source and k.place = m.place
        cross join lateral (select regexp_replace(k.expression, '\mx\.', '', 'g') as expression) as e
        where m.view_name = unindexed_references.view_name
            -- See freshet.rename_keys().
            and k.expression not like 'key %'
        group by m.source, m.reference
    )
    select w.source, w.reference, w.columns
    from wanted as w
    where not exists (
        select
        from pg_catalog.pg_index as i
        cross join lateral (
            select array_agg(regexp_replace(pg_get_indexdef(i.indexrelid, g, true), '[\s()]', '', 'g') order by g) as columns
            from generate_series(1, i.indnkeyatts::integer) as g
        ) as c
        where i.indrelid = w.source and i.indisvalid
            and (
                w.expressions <@ c.columns[1:cardinality(w.expressions)]
                -- One row at most.
                or i.indisunique and i.indpred is null and c.columns <@ w.expressions
            )
    );
$$;

-- Why: each statement that writes to the source logs the keys of the rows that it touched, before and after. The log is
--      append-only and has no index and no key, so writers never wait for each other because of it.
-- Why "enable always": a bulk load as a replication role switches ordinary triggers off, and would be missed.
-- Why they note the change too: they see whether a row was touched; see freshet.put_change_trigger().
-- Why row(…): made by position and without the name of a type, so a renamed or added column, or a renamed table, changes
--      nothing in the body.
-- Why try_key: an expression that fails for a row must not fail the write. The row then has no key, as in the query, where
--      a condition keeps such rows away from the expression.
-- Why to_regproc: "drop column … cascade" takes the function of a key along, and a write must not fail for want of it. Then
--      any row may have been touched, until the views without a query are unregistered.
-- Why a trigger is made again before a key comes or goes: a statement that began before would call the functions as they
--      were, and log a row without the new key, or fail for want of the old one. Making a trigger waits for it, with no
--      more privilege than watching needs, and it comes first, in the order in which writers lock.
-- Why only what is missing: each "alter table", and a trigger that is made again, would stop readers or writers until the
--      caller commits, and a migration that changes a view's query refreshes the view before that.
create or replace function freshet.watch_keys(source regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
-- What is there already is no news.
set client_min_messages = 'warning'
as $$
declare
    -- First, since what follows reads the keys.
    is_alone constant boolean := freshet.lock_keys(source);
    name constant text := freshet.source_name(source);
    log constant text := format('freshet.%I', freshet.incremental_name('keys_of_', name));
    columns constant text := (
        select string_agg('k' || k.place, ', ' order by k.place) from analytics.source_keys as k where k.source = watch_keys.source
    );
    "values" constant text := (
        select string_agg(
            format(
                'freshet.%I(row(t.*))',
                freshet.incremental_name(format(case when k.is_guarded then 'try_key_%s_of_' else 'key_%s_of_' end, k.place), name)
            ),
            ', ' order by k.place
        )
        from analytics.source_keys as k
        where k.source = watch_keys.source
    );
    -- The refresh of an incremental view notes its own change.
    is_noted constant boolean := not exists (
        select from analytics.incremental_views as v where to_regclass(format('analytics.%I', v.view_name)) = source
    );
    -- Functions that somebody may drop, as SQL.
    lacks_one constant text := (
        select string_agg(
            format('to_regproc(%L) is null', format('freshet.%I', freshet.incremental_name(format('key_%s_of_', k.place), name))),
            ' or ' order by k.place
        )
        from analytics.source_keys as k
        where k.source = watch_keys.source
    );
    is_new boolean;
    one record;
begin
    if not is_alone or columns is null then
        return;
    end if;
    if exists (select from pg_catalog.pg_trigger as t where t.tgrelid = source and t.tgname = 'freshet_log_truncate')
        and array(select 'k' || k.place from analytics.source_keys as k where k.source = watch_keys.source order by 1)
            <> array(
                select a.attname::text from pg_catalog.pg_attribute as a
                where a.attrelid = to_regclass(log) and a.attname ~ '^k[0-9]+$' and not a.attisdropped
                order by 1
            )
    then
        execute format(
            'create or replace trigger freshet_log_truncate after truncate on %s for each statement execute function freshet.%I()',
            source, freshet.incremental_name('log_truncate_of_', name)
        );
    end if;
    if to_regclass(log) is null then
        execute format(
            'create table %s (txid xid8 not null default pg_current_xact_id(), is_whole boolean not null default false)', log
        );
        execute format('alter table %s enable row level security', log);
        execute format('revoke all on table %s from public, anon, authenticated', log);
        execute format('comment on table %s is %L', log, format('Keys of changed rows of %s; see analytics.source_keys.', source));
    end if;
    for one in
        select
            k.place, k.expression, k.type,
            format('freshet.%I', freshet.incremental_name(format('key_%s_of_', k.place), name)) as function,
            format('freshet.%I', freshet.incremental_name(format('try_key_%s_of_', k.place), name)) as guarded,
            k.is_guarded
        from analytics.source_keys as k
        where k.source = watch_keys.source
    loop
        is_new := not exists (
            select from pg_catalog.pg_attribute as a where a.attrelid = to_regclass(log) and a.attname = 'k' || one.place and not a.attisdropped
        );
        if is_new then
            execute format('alter table %s add column k%s %s', log, one.place, one.type);
        end if;
        if to_regprocedure(format('%s(%s)', one.function, source)) is null then
            begin
                execute format(
                    'create function %s(x %s) returns %s language sql immutable begin atomic select %s; end',
                    one.function, source, one.type, one.expression
                );
            exception
                -- It was dropped with its column, and with the query of each view that reads it.
                when syntax_error_or_access_rule_violation then
                    if is_new then
                        raise;
                    end if;
                    continue;
            end;
            execute format('revoke all on function %s(%s) from public, anon, authenticated', one.function, source);
        end if;
        if one.is_guarded and to_regprocedure(format('%s(%s)', one.guarded, source)) is null then
            execute format(
                'create function %s(x %s) returns %s language plpgsql immutable set search_path = pg_catalog, pg_temp '
                'as $body$ begin return %s(x); exception when others then return null; end $body$',
                one.guarded, source, one.type, one.function
            );
            execute format('revoke all on function %s(%s) from public, anon, authenticated', one.guarded, source);
        end if;
    end loop;

    for one in
        select e.*, format('freshet.%I', freshet.incremental_name(format('log_%s_of_', e.event), name)) as function
        from (
            values
                ('insert', 'referencing new table as new_rows', array['new_rows']),
                ('update', 'referencing old table as old_rows new table as new_rows', array['old_rows', 'new_rows']),
                ('delete', 'referencing old table as old_rows', array['old_rows']),
                ('truncate', '', null)
        ) as e (event, referencing, images)
    loop
        execute format(
            'create or replace function %s() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp '
            'as $body$ begin %s insert into %s (%s) %s; %s return null; end $body$',
            one.function,
            case when one.images is not null then format(
                'if %s then perform freshet.note_whole_change(tg_relid); return null; end if;', lacks_one
            ) end,
            log,
            case when one.images is null then 'is_whole' else columns end,
            case when one.images is null then 'values (true)' else (
                select string_agg(format('select %s from %s as t', "values", i.image), ' union ')
                    -- One image alone needs the word; a union has it.
                    || case when cardinality(one.images) = 1 then ' group by ' || "values" else '' end
                from unnest(one.images) as i (image)
            ) end,
            case when one.images is not null and is_noted then 'if found then insert into analytics.source_changes (source) values (tg_relid); end if;' end
        );
        execute format('revoke all on function %s() from public, anon, authenticated', one.function);
        if freshet.has_change_trigger(source, 'freshet_log_' || one.event) then
            continue;
        end if;
        execute format(
            'create or replace trigger freshet_log_%s after %s on %s %s for each statement execute function %s()',
            one.event, one.event, source, one.referencing, one.function
        );
        -- Only the owner of a table may set this; with the privilege TRIGGER alone the trigger fires as others do.
        if pg_has_role((select c.relowner from pg_catalog.pg_class as c where c.oid = source), 'usage') then
            execute format('alter table %s enable always trigger freshet_log_%s', source, one.event);
        end if;
    end loop;
    -- The change itself has to be noticed by every writer whose keys are logged.
    perform freshet.watch_source(source, c.relkind) from pg_catalog.pg_class as c where c.oid = source;
end
$$;

-- Why: keys that no incremental view reads cost each write of the source. Each goes with its last reader, the log and its
--      triggers with the last one of all.
create or replace function freshet.unwatch_keys(source regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    name constant text := freshet.source_name(source);
    is_there constant boolean := exists (select from pg_catalog.pg_class as c where c.oid = unwatch_keys.source);
    event text;
    place smallint;
    unread smallint[];
begin
    perform freshet.lock_keys(source);
    if not exists (select from analytics.source_keys as k where k.source = unwatch_keys.source) then
        return;
    end if;
    -- A view that read a table which was dropped with cascade has no query any more; its mappings would only keep the log.
    if not is_there then
        delete from analytics.view_mappings as m where m.source = unwatch_keys.source;
    end if;
    if exists (select from analytics.view_mappings as m where m.source = unwatch_keys.source) then
        with removed as (
            delete from analytics.source_keys as k
            where k.source = unwatch_keys.source
                and not exists (select from analytics.view_mappings as m where m.source = k.source and m.place = k.place)
            returning k.place
        )
        select array_agg(r.place) into unread from removed as r;
        -- The triggers first: they call the functions of the keys.
        if unread is not null then
            perform freshet.watch_keys(source);
        end if;
        foreach place in array coalesce(unread, '{}') loop
            execute format('drop function if exists freshet.%I', freshet.incremental_name(format('try_key_%s_of_', place), name));
            execute format('drop function if exists freshet.%I', freshet.incremental_name(format('key_%s_of_', place), name));
            execute format('alter table %s drop column k%s', freshet.key_log(source), place);
        end loop;
        return;
    end if;
    foreach event in array array['insert', 'update', 'delete', 'truncate'] loop
        if is_there then
            execute format('drop trigger if exists freshet_log_%s on %s', event, source);
        end if;
        execute format('drop function if exists freshet.%I()', freshet.incremental_name(format('log_%s_of_', event), name));
    end loop;
    for place in delete from analytics.source_keys as k where k.source = unwatch_keys.source returning k.place loop
        execute format('drop function if exists freshet.%I', freshet.incremental_name(format('try_key_%s_of_', place), name));
        execute format('drop function if exists freshet.%I', freshet.incremental_name(format('key_%s_of_', place), name));
    end loop;
    execute format('drop table if exists freshet.%I', freshet.incremental_name('keys_of_', name));
    -- It noted what the others did not.
    if exists (select from pg_catalog.pg_trigger as t where t.tgrelid = source and t.tgname = 'freshet_note_source_change') then
        perform freshet.put_change_trigger(source, 'freshet_note_source_change', 'note_source_change');
    end if;
end
$$;

-- Why: turns a materialized view into a table of the same name, and keeps its query. The rows are taken over as they are,
--      with their version and age, so a reader finds no gap; the next refresh computes everything and writes only what
--      differs. Called again, it derives the mappings again.
create or replace function freshet.make_incremental(view_name text, incremental_by name[], rebuild_on regclass[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    relation constant regclass := format('analytics.%I', view_name)::regclass;
    definition constant text := freshet.definition_of(view_name);
    row_keys constant jsonb := (
        select jsonb_agg(k.names)
        from (
            select (
                select jsonb_agg(a.attname order by u.place)
                from unnest(i.indkey::int2[]) with ordinality as u (number, place)
                join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = u.number
                where u.place <= i.indnkeyatts
            ) as names
            from pg_catalog.pg_index as i
            where i.indrelid = relation and i.indisunique
        ) as k
    );
    row_key name[];
    group_key name[];
    sources regclass[];
    -- What is wrong, or what is still missing.
    fault text;
begin
    if jsonb_array_length(row_keys) > 1 then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot register "%s" as incremental: it has %s unique indexes', view_name, jsonb_array_length(row_keys)),
            hint = 'Keep one: rows are replaced by its key, and two rows that exchange a value of a second one would collide.';
    end if;
    row_key := array(select k.name from jsonb_array_elements_text(row_keys -> 0) with ordinality as k (name, place) order by k.place);
    group_key := coalesce(incremental_by, row_key);
    select string_agg(k.name, ', ') into fault
    from unnest(group_key) as k (name)
    where not exists (
        select from pg_catalog.pg_attribute as a
        where a.attrelid = relation and a.attname = k.name and a.attnum > 0 and not a.attisdropped
    );
    if fault is not null then
        raise exception using
            errcode = 'undefined_column',
            message = format('cannot register "%s": incremental_by names no column of it: "%s"', view_name, fault),
            hint = 'Name columns of the view by which changes of its sources can be told apart.';
    end if;

    if exists (
        select from analytics.incremental_views as v
        where v.view_name = make_incremental.view_name and v.group_key <> make_incremental.incremental_by
    ) then
        execute format('drop index if exists analytics.%I', freshet.incremental_name('groups_of_', view_name));
    end if;
    -- What is left of a dropped table would be taken for that of a new one with its name.
    perform freshet.unwatch_keys(k.source)
    from (
        select distinct s.source from analytics.source_keys as s
        where not exists (select from pg_catalog.pg_class as c where c.oid = s.source)
    ) as k;
    sources := array(select distinct m.source from analytics.view_mappings as m where m.view_name = make_incremental.view_name);
    delete from analytics.dirty_groups as g where g.view_name = make_incremental.view_name;
    insert into analytics.incremental_views as v (view_name, row_key, group_key, rebuild_on, source_as_of)
    select d.view_name, row_key, group_key, make_incremental.rebuild_on, d.source_as_of
    from analytics.views as d
    where d.view_name = make_incremental.view_name
    on conflict on constraint incremental_views_pkey do update
    set row_key = excluded.row_key, group_key = excluded.group_key, rebuild_on = excluded.rebuild_on;

    if (select c.relkind from pg_catalog.pg_class as c where c.oid = relation) = 'm' then
        if not (select c.relispopulated from pg_catalog.pg_class as c where c.oid = relation) then
            -- An empty table can be read, so the registry has to say that it has no rows yet.
            update analytics.views as v set refreshed_at = null where v.view_name = make_incremental.view_name;
        end if;
        -- Left where a migration dropped the table and made a materialized view of its name.
        execute format('drop view if exists %s', definition);
        perform freshet.replace_view(relation, freshet.text_of_table(relation, definition));
    end if;
    -- Readers would wait for it, so only where it is news.
    select string_agg(format('alter column %I set not null', a.attname), ', ') into fault
    from pg_catalog.pg_attribute as a
    where a.attrelid = to_regclass(format('analytics.%I', make_incremental.view_name)) and a.attname = any (group_key) and not a.attnotnull;
    if fault is not null then
        execute format('alter table analytics.%I %s', view_name, fault);
    end if;
    if not group_key <@ row_key then
        execute format(
            'create index if not exists %I on analytics.%I (%s)',
            freshet.incremental_name('groups_of_', view_name), view_name,
            (select string_agg(format('%I', k.name), ', ') from unnest(group_key) as k (name))
        );
    end if;

    perform freshet.map_view(view_name);
    -- A key of a column that is gone cannot be made again.
    perform freshet.unwatch_keys(s.source) from unnest(sources) as s (source);
    perform freshet.watch_keys(m.source)
    from (select distinct d.source from analytics.view_mappings as d where d.view_name = make_incremental.view_name order by d.source) as m;
    perform freshet.keep_buckets(view_name);
    perform freshet.build_statements(view_name);
end
$$;

-- Why: the rows of a view follow from more than the rows of its sources: replacing a function or a plain view that the query
--      reads, or renaming a value of an enum, changes them without a write.
create function freshet.objects_of_query(view_name text)
returns setof oid
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with queries as (
        select q.relation, r.oid as rule
        from (
            select coalesce(to_regclass(freshet.definition_of(view_name)), to_regclass(format('analytics.%I', view_name))) as relation
        ) as d
        cross join lateral freshet.queries_of(d.relation) as q
        join pg_catalog.pg_rewrite as r on r.ev_class = q.relation
    )
    select q.relation::oid from queries as q
    union
    select d.refobjid
    from queries as q
    join pg_catalog.pg_depend as d
        on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = q.rule and d.refclassid = 'pg_catalog.pg_proc'::regclass
    union
    select t.oid
    from analytics.view_sources as s
    join pg_catalog.pg_attribute as a on a.attrelid = s.source and a.attnum > 0
    join pg_catalog.pg_type as t on t.oid = a.atttypid and t.typtype = 'e'
    where s.view_name = objects_of_query.view_name;
$$;

revoke all on function freshet.objects_of_query(text) from public, anon, authenticated;

comment on function freshet.objects_of_query(text) is
    'The query of a registered view, the plain views and functions that it reads, and the enums among the columns of its sources.';

-- Why: what may have been written unseen shows here, also when nothing is wrong any more: a trigger that was disabled and
--      enabled again, a partition that came, left or came back. Each of them writes a new row of the catalog, so xmin moves.
-- Why files, columns and texts: "alter column … type" and "set expression" write all rows and fire no trigger; to_jsonb of a
--      row holds a column that was added or renamed; a column that may be null makes a group that no key names; and a
--      function or a plain view that is replaced makes other rows of the same sources.
create or replace function freshet.watch_state(tables oid[], without oid default null)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select md5(string_agg(e.state, ' ' order by e.state))
    from (
        select concat_ws(':', t.oid, t.xmin, t.tgenabled) as state
        from pg_catalog.pg_trigger as t
        where t.tgrelid = any (tables) and t.tgrelid is distinct from without and t.tgname like 'freshet\_%'
        union all
        select concat_ws(':', i.inhparent, i.inhrelid, i.xmin)
        from pg_catalog.pg_inherits as i
        where (i.inhparent = any (tables) or i.inhrelid = any (tables)) and i.inhrelid is distinct from without and not i.inhdetachpending
        union all
        select concat_ws(':', c.oid, c.relfilenode, c.relnatts)
        from pg_catalog.pg_class as c
        where c.oid = any (tables) and c.oid is distinct from without and c.relkind in ('r', 'p')
        union all
        -- Those of a partition are its parent's.
        select concat_ws(':', a.attrelid, a.attnum, a.attname, a.attnotnull)
        from pg_catalog.pg_class as c
        join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
        where c.oid = any (tables) and c.relkind in ('r', 'p') and not c.relispartition
        union all
        select concat_ws(':', p.oid, md5(p.prosrc), md5(p.prosqlbody::text), p.proconfig)
        from pg_catalog.pg_proc as p
        where p.oid = any (tables)
        union all
        select concat_ws(':', r.oid, r.xmin) from pg_catalog.pg_rewrite as r where r.ev_class = any (tables)
        union all
        select concat_ws(':', n.oid, n.enumlabel) from pg_catalog.pg_enum as n where n.enumtypid = any (tables)
        union all
        select 'tables'
    ) as e;
$$;

comment on function freshet.watch_state(oid[], oid) is
    'Fingerprint of the triggers that log writes to these tables, of their places in trees of partitions, their files and columns, and of the functions, views and enums among the numbers; without: as if this partition were not there.';

-- Why: each refresh asks whether every write was logged. freshet.watch_gaps() answers, and its plan alone takes longer than
--      a refresh that finds nothing to do. So its last good answer is kept with what it rested on, and asked again when
--      that has moved. A write may then be missed even if all is well again.
create or replace function freshet.read_watch(declared analytics.views, sources regclass[], out tables oid[], out state text, out has_gaps boolean)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if declared.watch_state = freshet.watch_state(declared.watched_tables) then
        tables := declared.watched_tables;
        state := declared.watch_state;
        has_gaps := false;
        return;
    end if;
    tables := sources::oid[]
        || array(select r.relation::oid from analytics.source_relatives as r where r.source = any (sources))
        || array(select q.object from freshet.objects_of_query(declared.view_name) as q (object));
    if not exists (select from freshet.watch_gaps(sources)) then
        state := freshet.watch_state(tables);
    end if;
    has_gaps := true;
end
$$;

-- Why: the only way a view is recomputed. Busy: skipped and recorded, never queued. Clean sources: skipped and
--      recorded. Never populated: plain refresh, since a concurrent one is not possible; afterwards concurrent, so that
--      readers never wait. A failure is raised, since pg_cron records a job that swallows its error as succeeded. A
--      view whose source was never filled, and is being filled by another session, is skipped_busy too: a plain attempt
--      would fail with "has not been populated" and raise a false alert after a first deployment with many rows.
create or replace function analytics.refresh_view(view_name text, requested_by text default 'schedule')
returns analytics.refresh_log
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set statement_timeout = '60s'
as $$
declare
    declared analytics.views;
    entry analytics.refresh_log;
    relation regclass;
    is_populated boolean;
    form analytics.incremental_views;
    is_incremental boolean;
    groups record;
    is_clean boolean := false;
    has_moved boolean := true;
    snapshot_before pg_snapshot;
    sources regclass[];
    watch record;
    error_state text;
    error_message text;
    source_view text;
    source_entry analytics.refresh_log;
begin
    entry.view_name := view_name;
    entry.requested_by := requested_by;
    entry.started_at := clock_timestamp();

    select * into declared from analytics.views as v where v.view_name = refresh_view.view_name;
    if not found then
        raise exception using
            errcode = 'undefined_table',
            message = format('refresh of analytics.%s failed [42P01]: the view is not registered', view_name),
            hint = 'Register it in its migration with analytics.register_view, or unschedule its job.';
    end if;
    entry.rows_before := declared.row_count;
    entry.version := declared.version;

    if not pg_try_advisory_xact_lock(hashtextextended('freshet.refresh:' || view_name, 0)) then
        entry.outcome := 'skipped_busy';
        return freshet.log_refresh(entry);
    end if;

    -- Read again under the lock: a refresh that has just ended has moved the version.
    select * into declared from analytics.views as v where v.view_name = refresh_view.view_name;
    select * into form from analytics.incremental_views as i where i.view_name = refresh_view.view_name;
    is_incremental := found;
    sources := array(select s.source from analytics.view_sources as s where s.view_name = refresh_view.view_name);
    perform pg_advisory_xact_lock_shared(freshet.source_lock_key(s.source)) from unnest(sources) as s (source);

    begin
        relation := format('analytics.%I', view_name)::regclass;
        is_populated := freshet.is_filled(declared);

        -- A source that was never refreshed has nothing to read yet: it is refreshed first, whatever its schedule says.
        -- If another session is refreshing it, this view waits for its own next refresh: waiting here would block.
        for source_view in
            select v.view_name
            from unnest(sources) as s (source)
            join pg_catalog.pg_class as c on c.oid = s.source and c.relnamespace = 'analytics'::regnamespace
            join analytics.views as v on v.view_name = c.relname
            where not freshet.is_filled(v)
        loop
            source_entry := analytics.refresh_view(source_view, refresh_view.requested_by);
            if source_entry.outcome = 'skipped_busy' then
                entry.outcome := 'skipped_busy';
                return freshet.log_refresh(entry);
            end if;
        end loop;

        -- Before the rows are read: what is undone afterwards differs at the next refresh.
        watch := freshet.read_watch(declared, sources);

        -- Taken before the check and the refresh, so whatever the snapshot includes, they include too.
        snapshot_before := freshet.others_snapshot();

        if is_populated
            and (case when is_incremental then coalesce(form.rebuilt_at, '-infinity') else declared.refreshed_at end)
                > entry.started_at - declared.rebuild_after
            and not watch.has_gaps
            and not freshet.has_source_changes(sources, declared.source_snapshot)
        then
            update analytics.views as v
            set verified_at = entry.started_at, source_snapshot = snapshot_before,
                watched_tables = watch.tables, watch_state = watch.state
            where v.view_name = refresh_view.view_name;
            entry.outcome := 'skipped_clean';
            entry.rows_after := declared.row_count;
            entry.rejected_count := declared.rejected_count;
            if is_incremental then
                entry.group_count := 0;
                entry.changed_count := 0;
            end if;
            return freshet.log_refresh(entry);
        end if;

        if is_incremental then
            if watch.has_gaps and not freshet.map_again(view_name) then
                watch.state := null;
            end if;
            groups := freshet.refresh_groups(view_name, watch.has_gaps);
            snapshot_before := groups.snapshot;
            is_clean := groups.is_clean;
            has_moved := groups.moved_count > 0 or not is_populated;
            entry.rows_after := groups.row_count;
            entry.group_count := groups.group_count;
            entry.changed_count := groups.moved_count;
            entry.unexplained_count := groups.unexplained_count;
            entry.rejected_count := groups.rejected_count;
            if not is_populated then
                execute format('analyze %s', relation);
            end if;
        elsif is_populated then
            execute format('refresh materialized view concurrently %s', relation);
        else
            execute format('refresh materialized view %s', relation);
            -- Until the next autovacuum the planner would assume that it is empty.
            execute format('analyze %s', relation);
        end if;
        -- An incremental view counts what came and went: these read everything.
        if not is_incremental then
            execute format('select count(*) from %s', relation) into entry.rows_after;
            if declared.rejects is not null then
                execute format('select count(*) from %s', declared.rejects) into entry.rejected_count;
            end if;
        end if;
        if declared.source_at_table is not null then
            execute format(
                'select max(%I) from %s', declared.source_at_column, declared.source_at_table
            ) into declared.source_as_of;
        end if;
    exception
        when query_canceled or others then
            get stacked diagnostics error_state = returned_sqlstate, error_message = message_text;
            raise exception using
                errcode = error_state,
                message = format(
                    'refresh of analytics.%s failed [%s]: %s', view_name, error_state, error_message
                ),
                hint = 'The rows of the last good refresh are still served.';
    end;

    entry.outcome := case when is_clean then 'skipped_clean' else 'refreshed' end;
    -- Rows that did not move have the version that they had, and cached answers stay.
    entry.version := declared.version + has_moved::integer;
    update analytics.views as v
    set version = entry.version,
        refreshed_at = case when has_moved then entry.started_at else v.refreshed_at end,
        verified_at = entry.started_at,
        source_as_of = declared.source_as_of,
        source_snapshot = snapshot_before,
        watched_tables = watch.tables,
        watch_state = watch.state,
        row_count = entry.rows_after,
        rejected_count = entry.rejected_count
    where v.view_name = refresh_view.view_name;

    if is_incremental and has_moved then
        perform freshet.move_buckets(view_name, groups.moved_buckets);
    end if;

    -- For views that read this one, its refresh is a change of a source.
    insert into analytics.source_changes (source)
    select relation
    where has_moved and exists (select from analytics.view_sources as s where s.source = relation);

    perform freshet.trim_source_changes(s.source) from unnest(sources) as s (source);

    return freshet.log_refresh(entry);
end
$$;

grant execute on function analytics.refresh_view(text, text) to service_role;

-- Why: the only way a view gets a schedule. It proves that the view can be refreshed concurrently, finds out what the
--      view reads, watches those sources for changes, and declares the job to the audit. Keyed on names: jobids change.
-- Why incremental is null by default: a later migration that changes a schedule need not know the form of the view.
create or replace function analytics.register_view(
    view_name text,
    pack text,
    schedule text,
    stale_after interval,
    source_at text default null,
    rejects regclass default null,
    statement_timeout interval default '10 minutes',
    rebuild_after interval default '7 days',
    warn_after interval default null,
    source_warn_after interval default null,
    source_error_after interval default null,
    refresh_on_change interval default null,
    incremental boolean default null,
    incremental_by name[] default null,
    rebuild_on regclass[] default null
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    job constant text := 'refresh-' || view_name;
    source_at_parts constant text[] := parse_ident(source_at);
    source_at_table constant regclass := case when source_at is not null
        then to_regclass(format('%I.%I', source_at_parts[1], source_at_parts[2])) end;
    read_before constant regclass[] := array(
        select s.source from analytics.view_sources as s where s.view_name = register_view.view_name order by s.source::oid
    );
    kept analytics.incremental_views;
    command text;
begin
    -- First: a refresh has it when it writes the row of the registry.
    perform pg_advisory_xact_lock(hashtextextended('freshet.refresh:' || view_name, 0));
    perform freshet.assert_refreshable(view_name);
    if incremental is null then
        select * into kept from analytics.incremental_views as i where i.view_name = register_view.view_name;
        incremental := found;
        incremental_by := coalesce(incremental_by, nullif(kept.group_key, kept.row_key));
        rebuild_on := coalesce(rebuild_on, kept.rebuild_on);
    end if;
    perform freshet.assert_span(a.argument, a.span)
    from (
        values
            ('stale_after', stale_after),
            ('statement_timeout', statement_timeout),
            ('rebuild_after', rebuild_after),
            ('warn_after', warn_after),
            ('source_warn_after', source_warn_after),
            ('source_error_after', source_error_after),
            ('refresh_on_change', refresh_on_change)
    ) as a (argument, span);
    if source_at is not null and not exists (
        select from pg_catalog.pg_attribute as a
        where a.attrelid = source_at_table and a.attname = source_at_parts[3] and not a.attisdropped
    ) then
        raise exception using
            errcode = 'undefined_column',
            message = format('cannot register "%s": source_at names no column: "%s"', view_name, source_at),
            hint = 'Write it as schema.table.column, for example public.orders.created_at.';
    end if;
    if incremental then
        perform freshet.assert_newest_is_indexed(view_name, source_at_table, source_at_parts[3]);
    end if;
    if source_at is null and coalesce(source_warn_after, source_error_after) is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot register "%s": source_warn_after and source_error_after need source_at', view_name),
            hint = 'Name the column that holds the age of a source row: source_at => ''public.orders.created_at''.';
    end if;
    if not incremental and (incremental_by is not null or cardinality(rebuild_on) > 0) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot register "%s": incremental_by and rebuild_on need incremental => true', view_name),
            hint = 'Add incremental => true, or leave both out.';
    end if;
    execute format('revoke all on table analytics.%I from public, anon, authenticated', view_name);

    insert into analytics.views as v (
        view_name, pack, job_name, schedule, stale_after, warn_after, rebuild_after, statement_timeout,
        source_at_table, source_at_column, source_warn_after, source_error_after, rejects, refresh_on_change
    )
    values (
        register_view.view_name, register_view.pack, job, register_view.schedule,
        register_view.stale_after, register_view.warn_after, register_view.rebuild_after, register_view.statement_timeout,
        source_at_table, source_at_parts[3], register_view.source_warn_after, register_view.source_error_after,
        register_view.rejects, register_view.refresh_on_change
    )
    on conflict on constraint views_pkey do update
    set pack = excluded.pack,
        schedule = excluded.schedule,
        stale_after = excluded.stale_after,
        warn_after = excluded.warn_after,
        source_warn_after = excluded.source_warn_after,
        source_error_after = excluded.source_error_after,
        rebuild_after = excluded.rebuild_after,
        statement_timeout = excluded.statement_timeout,
        source_at_table = excluded.source_at_table,
        source_at_column = excluded.source_at_column,
        rejects = excluded.rejects,
        refresh_on_change = excluded.refresh_on_change,
        -- The view may read something else now, so its next refresh is not skipped.
        source_snapshot = null,
        watch_state = null;

    if incremental then
        perform freshet.make_incremental(view_name, incremental_by, coalesce(rebuild_on, '{}'));
    elsif freshet.is_incremental(view_name) then
        perform freshet.make_materialized(view_name);
    end if;

    delete from analytics.view_sources as s where s.view_name = register_view.view_name;
    insert into analytics.view_sources (view_name, source)
    select register_view.view_name, r.source from freshet.sources_of_view(view_name) as r;
    perform freshet.watch_source(r.source, r.relkind) from freshet.sources_of_view(view_name) as r;
    perform freshet.unwatch_source(s.source) from unnest(read_before) as s (source);

    -- The command sets its limits itself: pg_cron does not apply those of a function.
    command := format(
        'set statement_timeout = %L; set lock_timeout = ''5s''; select analytics.refresh_view(%L)',
        (extract(epoch from statement_timeout) * 1000)::bigint || 'ms', view_name
    );
    perform cron.schedule(job, schedule, command);
    perform freshet.declare_job(
        job_name => job,
        schedule => schedule,
        command => command,
        late_after => interval '5 minutes',
        max_runtime => statement_timeout
    );
end
$$;

-- Why: removes what register_view made: the row, the job, its declaration, and the change trigger of each source that no
--      other view and no live relation reads. Keyed on names: jobids change.
create or replace function analytics.unregister_view(view_name text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    sources constant regclass[] := array(
        select s.source from analytics.view_sources as s where s.view_name = unregister_view.view_name order by s.source::oid
    );
begin
    -- First: a refresh has it when it writes the row of the registry.
    perform pg_advisory_xact_lock(hashtextextended('freshet.refresh:' || view_name, 0));
    if freshet.is_incremental(view_name) then
        -- Dropped by hand, or with a source that was dropped with cascade: then there is nothing to make of it.
        if to_regclass(format('analytics.%I', view_name)) is null or to_regclass(freshet.definition_of(view_name)) is null then
            execute format('drop view if exists %s', freshet.definition_of(view_name));
            delete from analytics.incremental_views as v where v.view_name = unregister_view.view_name;
            perform freshet.unwatch_keys(s.source) from unnest(sources) as s (source);
        else
            perform freshet.make_materialized(view_name);
        end if;
    end if;
    delete from analytics.views as v where v.view_name = unregister_view.view_name;
    perform cron.unschedule(j.jobname) from cron.job as j where j.jobname = 'refresh-' || view_name;
    perform freshet.withdraw_job('refresh-' || view_name);
    perform freshet.unwatch_source(s.source) from unnest(sources) as s (source);
end
$$;

comment on column analytics.views.watched_tables is
    'The sources, the tables of their trees of partitions, and freshet.objects_of_query(view_name), when watch_state was read.';

-- The functions of the triggers.
select freshet.watch_keys(k.source)
from (select distinct s.source from analytics.source_keys as s join pg_catalog.pg_class as c on c.oid = s.source) as k;

-- What was put aside until now has arrays as JSON, which are read as before.
select freshet.build_statements(v.view_name) from analytics.incremental_views as v;

update analytics.views as v
set watched_tables = w.tables, watch_state = w.state
from (
    select r.view_name, (freshet.read_watch(r, array(select s.source from analytics.view_sources as s where s.view_name = r.view_name))).*
    from analytics.views as r
) as w
where w.view_name = v.view_name and v.view_name = any (string_to_array(current_setting('freshet.settled_views'), ','));
