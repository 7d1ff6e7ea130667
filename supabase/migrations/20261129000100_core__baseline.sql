-- Baseline of core, written by tools/schema/baseline.ts from the files named below, which hold the current text.
-- Bodies may name what a later statement makes, so they are not checked here; the house tests check every one.
set check_function_bodies = off;

-- supabase/schemas/core/schemas.sql

-- Object: schemas analytics and freshet, and the extensions of the platform that they need
-- Why: everything derived is in analytics; freshet holds the security definer functions that signed-in users reach
--      through thin invoker wrappers, and is never exposed by the data API.

-- Each extension is checked by the object that Freshet calls, so that a project which already has it is left unchanged.
do $$
begin
    if to_regprocedure('cron.schedule(text, text, text)') is null then
        create extension if not exists pg_cron with schema pg_catalog;
    end if;
    if to_regnamespace('net') is null then
        create extension if not exists pg_net with schema extensions;
    end if;
    if to_regclass('vault.decrypted_secrets') is null then
        create extension if not exists supabase_vault with schema vault;
    end if;
end
$$;

-- pgcrypto signs scheduled calls; see freshet.call_signature().
do $$
begin
    if to_regprocedure('extensions.hmac(bytea, bytea, text)') is null then
        create extension if not exists pgcrypto with schema extensions;
    end if;
    if to_regprocedure('extensions.hmac(bytea, bytea, text)') is null then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format(
                'extension pgcrypto is in schema "%s", and signing calls asks for extensions.hmac',
                (select e.extnamespace::regnamespace from pg_catalog.pg_extension as e where e.extname = 'pgcrypto')
            ),
            hint = 'alter extension pgcrypto set schema extensions;';
    end if;
end
$$;

create schema if not exists analytics;

create schema if not exists freshet;

revoke all on schema analytics from public;

revoke all on schema freshet from public;

grant usage on schema analytics to authenticated, service_role;

grant usage on schema freshet to authenticated, service_role;

comment on schema analytics is 'Freshet: views, registry, ledger and audit. Clients reach it through functions only.';

comment on schema freshet is
    'Freshet: security definer functions. Never listed in the exposed schemas of the data API.';

-- supabase/schemas/core/access/assert_operator.sql

-- Object: freshet.assert_operator()
-- Why: the one place that decides who may operate Freshet: an admin by verified claim, the service role, or the owner
--      in a direct session.
create function freshet.assert_operator()
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    claims constant jsonb := freshet.caller_claims();
    -- The role that SET ROLE chose: a security definer function changes current_user, not this setting.
    acting_role constant text := current_setting('role');
    allowed boolean;
begin
    if claims is not null then
        allowed := analytics.is_admin() or claims ->> 'role' = 'service_role';
    elsif acting_role = 'none' then
        allowed := pg_has_role(session_user, current_user, 'usage');
    else
        allowed := acting_role in (current_user, 'service_role');
    end if;
    if not allowed then
        raise exception using
            errcode = 'insufficient_privilege',
            message = 'permission denied: admins only',
            hint = 'Sign in as a user whose token carries is_admin: true, or use the secret key.';
    end if;
end
$$;

revoke all on function freshet.assert_operator() from public, anon, authenticated;

comment on function freshet.assert_operator() is
    'Raises 42501 unless the caller is an admin, the service role, or the owner in a direct session. Call it first in a security definer function of the same owner.';

-- supabase/schemas/core/access/caller_claims.sql

-- Object: freshet.caller_claims()
-- Why: the one place where the database reads who the caller is. The data API puts the claims of a verified token into
--      a setting; a direct session has none. user_metadata is never read: users can write it.
create function freshet.caller_claims()
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select nullif(current_setting('request.jwt.claims', true), '')::jsonb;
$$;

revoke all on function freshet.caller_claims() from public, anon, authenticated;

grant execute on function freshet.caller_claims() to authenticated, service_role;

comment on function freshet.caller_claims() is 'The claims of the verified token; null in a direct session.';

-- supabase/schemas/core/access/can_hold.sql

-- Object: freshet.can_hold()
-- Why: ids of users and organisations are text, as their identity provider issues them, but a uuid column can hold only
--      some of those texts. An id that the column cannot hold matches no row: the query finds nothing, as for an
--      unknown user, and raises no error. A uuid counts only in its canonical spelling; another spelling is another id.
--      The planner sees the result "false" as a constant, so a reading that filters on such an id is not even called.
create function freshet.can_hold(column_type text, held text)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if held is null or column_type = 'text' then
        return true;
    end if;
    if column_type = 'uuid' then
        return freshet.canonical_uuid(held) is not null;
    end if;
    begin
        execute format('select %L::%s', held, column_type);
        return true;
    exception
        when data_exception then
            return false;
    end;
end
$$;

revoke all on function freshet.can_hold(text, text) from public, anon, authenticated;

comment on function freshet.can_hold(text, text) is
    'Whether a column of the type can hold the value; for uuid only in its canonical spelling.';

-- supabase/schemas/core/access/canonical_uuid.sql

-- Object: freshet.canonical_uuid()
-- Why: user ids are text and need not be uuids; see freshet.can_hold().
create function freshet.canonical_uuid(spelling text)
returns uuid
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case when spelling ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then spelling::uuid end;
$$;

revoke all on function freshet.canonical_uuid(text) from public, anon, authenticated;

grant execute on function freshet.canonical_uuid(text) to authenticated;

comment on function freshet.canonical_uuid(text) is
    'The text as a uuid; null unless it is the canonical spelling of one, for example for a user id of another identity provider.';

-- supabase/schemas/core/access/claimed_uuid.sql

-- Object: freshet.claimed_uuid()
-- Why: auth.uid() raises for a user whose id is not a uuid, and a policy must not; see freshet.can_hold().
create function freshet.claimed_uuid(claim text)
returns uuid
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select freshet.canonical_uuid(freshet.caller_claims() ->> claim);
$$;

revoke all on function freshet.claimed_uuid(text) from public, anon, authenticated;

grant execute on function freshet.claimed_uuid(text) to authenticated;

comment on function freshet.claimed_uuid(text) is
    'A claim of the caller''s token as a uuid, null if it is not one. For policies: auth.uid() raises for a user whose id is text.';

-- supabase/schemas/core/access/is_admin.sql

-- Object: analytics.is_admin()
-- Why: an admin is known by a verified claim. user_metadata is never read: users can write it.
create function analytics.is_admin()
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(freshet.caller_claims() -> 'is_admin' = 'true'::jsonb, false);
$$;

revoke all on function analytics.is_admin() from public, anon, authenticated;

grant execute on function analytics.is_admin() to authenticated, service_role;

comment on function analytics.is_admin() is
    'True when the verified token carries is_admin: true, which the custom access token hook adds.';

-- supabase/schemas/core/changes/believe_source_moment.sql

-- Object: freshet.believe_source_moment()
-- Why: one source row dated in the year 10000 or infinity would count as the newest row of its source, and the registry
--      is part of every answer. So the registry keeps only moments between 1900 and 2200, whichever function writes it:
--      the newest plausible one of the source, or none.
create function freshet.believe_source_moment()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    execute format(
        'select max(s.%1$I) from %2$s as s where s.%1$I between ''1900-01-01 00:00+00'' and ''2200-01-01 00:00+00''',
        new.source_at_column, new.source_at_table
    ) into new.source_as_of;
    return new;
end
$$;

revoke all on function freshet.believe_source_moment() from public, anon, authenticated;

comment on function freshet.believe_source_moment() is
    'Trigger of analytics.views: replaces an implausible newest source row by the newest plausible one.';

-- supabase/schemas/core/changes/delete_needless_source_changes.sql

-- Object: freshet.delete_needless_source_changes()
-- Why: the change log of a busy table would grow for as long as its slowest view does not refresh. Folding keeps the
--      number of statements, which is the version of live relations, and what each view still lacks.
create function freshet.delete_needless_source_changes(source regclass)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    -- Every later snapshot includes all changes of finished transactions, so these rows differ only in which views
    -- include them already: among rows that the same views lack, one is enough. Rows that another fold has locked are
    -- left to it.
    with finished as materialized (
        select
            c.ctid as change,
            c.statement_count,
            c.changed_at,
            array(
                select pg_visible_in_snapshot(c.txid, v.source_snapshot)
                from analytics.view_sources as s
                join analytics.views as v on v.view_name = s.view_name
                where s.source = c.source and v.source_snapshot is not null
                order by v.view_name
            ) as included_by
        from analytics.source_changes as c
        where c.source = delete_needless_source_changes.source
            and c.txid < pg_snapshot_xmin(pg_current_snapshot())
        for update of c skip locked
    ),
    ranked as (
        select
            f.change,
            row_number() over alike as place,
            count(*) over alike as row_count,
            sum(f.statement_count) over alike as statement_count,
            max(f.changed_at) over alike as changed_at
        from finished as f
        window alike as (partition by f.included_by order by f.change rows between unbounded preceding and unbounded following)
    ),
    folded as (
        delete from analytics.source_changes as c
        using ranked as r
        where c.ctid = r.change and r.place > 1
    )
    update analytics.source_changes as c
    set statement_count = r.statement_count, changed_at = r.changed_at
    from ranked as r
    where c.ctid = r.change and r.place = 1 and r.row_count > 1;
$$;

revoke all on function freshet.delete_needless_source_changes(regclass) from public, anon, authenticated;

comment on function freshet.delete_needless_source_changes(regclass) is
    'Folds the logged changes of a source: one row stays for each set of views that lacks them, and one for those that no view lacks. Call it through freshet.trim_source_changes.';

-- supabase/schemas/core/changes/has_source_changes.sql

-- Object: freshet.has_source_changes()
-- Why: a view needs a refresh if a logged change is not in the snapshot of its rows; see analytics.source_changes.
create function freshet.has_source_changes(view_name text)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select v.source_snapshot is null
        -- A snapshot from the future belongs to another cluster (a restore, a clone): it proves nothing here.
        or pg_snapshot_xmax(v.source_snapshot) > pg_snapshot_xmax(freshet.others_snapshot())
        or exists (
            select
            from analytics.view_sources as s
            join analytics.source_changes as c on c.source = s.source
            where s.view_name = v.view_name
                and (
                    c.txid = pg_current_xact_id_if_assigned()
                    or (
                        c.txid >= pg_snapshot_xmin(v.source_snapshot)
                        and not pg_visible_in_snapshot(c.txid, v.source_snapshot)
                    )
                )
        )
    from analytics.views as v
    where v.view_name = has_source_changes.view_name;
$$;

revoke all on function freshet.has_source_changes(text) from public, anon, authenticated;

comment on function freshet.has_source_changes(text) is
    'True unless every logged change of the sources is included in the rows of the view.';

-- supabase/schemas/core/changes/note_source_change.sql

-- Object: freshet.note_source_change()
-- Why: appends to analytics.source_changes; an insert without a unique key never waits for another writer.
create function freshet.note_source_change()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into analytics.source_changes (source) values (tg_relid);
    return null;
end
$$;

revoke all on function freshet.note_source_change() from public, anon, authenticated;

comment on function freshet.note_source_change() is 'Statement trigger on every source table of a registered view.';

-- supabase/schemas/core/changes/others_snapshot.sql

-- Object: freshet.others_snapshot()
-- Why: whether a transaction's own snapshot lists its own number depends on which other transactions have ended
--      meanwhile: it may leave the number out, as if everything that the transaction writes were included. A
--      transaction that writes, refreshes and writes again could then find that nothing had changed, or leave a view
--      that counts the later write as included, for ever. So its own writes always count as changes, and the snapshot
--      that a view keeps says "in progress" of the transaction that refreshed it. The cost is at worst one refresh too
--      many.
create function freshet.others_snapshot()
returns pg_snapshot
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with present as (
        select pg_current_snapshot() as snapshot, pg_current_xact_id_if_assigned()::text::bigint as own
    ),

    bounds as (
        select
            p.snapshot,
            p.own,
            least(pg_snapshot_xmin(p.snapshot)::text::bigint, p.own) as lowest,
            pg_snapshot_xmax(p.snapshot)::text::bigint as seen_until,
            greatest(pg_snapshot_xmax(p.snapshot)::text::bigint, p.own + 1) as beyond
        from present as p
    ),

    in_progress as (
        select x::text::bigint as txid from bounds as b, pg_snapshot_xip(b.snapshot) as x
        union
        -- Transactions that began after the end of the snapshot, up to this transaction's own number.
        select g from bounds as b, generate_series(b.seen_until, b.beyond - 1) as g
        union
        select b.own from bounds as b
    )

    select case
        when b.own is null then b.snapshot
        else format('%s:%s:%s', b.lowest, b.beyond, (select string_agg(i.txid::text, ',' order by i.txid) from in_progress as i))::pg_snapshot
    end
    from bounds as b;
$$;

revoke all on function freshet.others_snapshot() from public, anon, authenticated;

comment on function freshet.others_snapshot() is 'The current snapshot, in which the current transaction counts as in progress.';

-- supabase/schemas/core/changes/source_changes.sql

-- Object: analytics.source_changes
-- Grain: one row per statement that wrote to a source of a registered view or live relation, or per fold of such rows
-- Why: a refresh is skipped when nothing changed. The log is append-only and has no unique key, so a writer never waits
--      for another one because of it. Rows carry the writing transaction: a view is dirty when a change exists that its
--      own snapshot does not include, so a transaction that was open across a refresh is never lost.
-- Why statement_count: the number of writes to a table is its version, and cached answers rest on it. So a trim keeps
--      the number: rows that mean the same to every view are folded into one row with their count. The count that a
--      snapshot sees is the same before and after a fold, and moves with each commit. A view that refreshes once a day
--      would let a busy table's log grow for a day, so a job trims it every five minutes.
create table analytics.source_changes (
    source regclass not null,
    txid xid8 not null default pg_current_xact_id(),
    changed_at timestamptz not null default clock_timestamp(),
    statement_count bigint not null default 1 check (statement_count > 0)
);

create index source_changes_source_idx on analytics.source_changes (source, txid);

alter table analytics.source_changes enable row level security;

revoke all on table analytics.source_changes from public, anon, authenticated;

comment on table analytics.source_changes is
    'Change log of the sources of registered views and live relations. Appended to by writers; folded by refreshes and by job trim-source-changes.';

comment on column analytics.source_changes.statement_count is
    'How many statements the row stands for: more than one after a fold.';

-- supabase/schemas/core/changes/source_lock_key.sql

-- Object: freshet.source_lock_key()
-- Why: a trim must not judge changes while a refresh reads the source: the snapshot of that refresh is not in the
--      registry yet.
create function freshet.source_lock_key(source regclass)
returns bigint
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select hashtextextended('freshet.source:' || source::oid, 0);
$$;

revoke all on function freshet.source_lock_key(regclass) from public, anon, authenticated;

comment on function freshet.source_lock_key(regclass) is
    'Advisory lock of a source: shared while a refresh reads it, exclusive while its change log is trimmed.';

-- supabase/schemas/core/changes/trim_source_changes.sql

-- Object: freshet.trim_source_changes(), analytics.trim_source_changes()
-- Why: keeps the change log short without waiting for a refresh or holding one up; see analytics.source_changes.
create function freshet.trim_source_changes(source regclass)
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
        perform freshet.delete_needless_source_changes(source);
    exception
        when query_canceled or others then
            perform pg_advisory_unlock(lock_key);
            raise;
    end;
    perform pg_advisory_unlock(lock_key);
end
$$;

create function analytics.trim_source_changes()
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    select freshet.trim_source_changes(c.source)
    from (select distinct c.source from analytics.source_changes as c) as c
    order by c.source::oid;
$$;

revoke all on function freshet.trim_source_changes(regclass) from public, anon, authenticated;

revoke all on function analytics.trim_source_changes() from public, anon, authenticated;

comment on function freshet.trim_source_changes(regclass) is
    'Shortens the change log of a source unless a refresh is reading it. Idempotent; never waits.';

comment on function analytics.trim_source_changes() is 'Folds the change log of every source that no refresh is reading. Idempotent; never waits.';

-- supabase/schemas/core/health/get_cron_job_status.sql

-- Object: freshet.get_cron_job_status(), analytics.get_cron_job_status()
-- Why: answers an admin's question: what did each job last do?
create function freshet.get_cron_job_status()
returns table (
    jobid bigint,
    jobname text,
    schedule text,
    command text,
    active boolean,
    last_runid bigint,
    last_status text,
    last_message text,
    last_started_at timestamptz,
    last_finished_at timestamptz
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.assert_operator();
    return query
    with recent_runs as (
        -- The only index of the history is on runid; runs older than this window are not worth a scan.
        select distinct on (d.jobid) d.jobid, d.runid, d.status, d.return_message, d.start_time, d.end_time
        from cron.job_run_details as d
        where d.runid > (select coalesce(max(m.runid), 0) - 20000 from cron.job_run_details as m)
        order by d.jobid, d.runid desc
    )
    select
        j.jobid, freshet.told_name(j.jobname::text, j.jobid), j.schedule, freshet.told_command(j.command), j.active,
        r.runid, r.status, freshet.told_run_message(r.status, r.return_message),
        freshet.run_time(r.start_time), freshet.run_time(r.end_time)
    from cron.job as j
    left join recent_runs as r on r.jobid = j.jobid
    order by j.jobname;
end
$$;

create function analytics.get_cron_job_status()
returns table (
    jobid bigint,
    jobname text,
    schedule text,
    command text,
    active boolean,
    last_runid bigint,
    last_status text,
    last_message text,
    last_started_at timestamptz,
    last_finished_at timestamptz
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select * from freshet.get_cron_job_status();
$$;

revoke all on function freshet.get_cron_job_status() from public, anon, authenticated;

grant execute on function freshet.get_cron_job_status() to authenticated, service_role;

revoke all on function analytics.get_cron_job_status() from public, anon, authenticated;

grant execute on function analytics.get_cron_job_status() to authenticated, service_role;

comment on function freshet.get_cron_job_status() is
    'Checks the caller, then answers. Called through analytics.get_cron_job_status.';

comment on function analytics.get_cron_job_status() is
    'Admins only: one row per pg_cron job with its last run among the newest 20,000. Texts that may hold data are not shown: last_message is a fixed form or the SQLSTATE, command is null unless it calls only this product, jobname is jobid:<number> unless it consists of words. /ops/runs shows messages, scrubbed.';

-- supabase/schemas/core/health/health_check.sql

-- Object: freshet.health_check(), analytics.health_check()
-- Why: answers an admin's first question: how fresh is each view?
create function freshet.health_check()
returns table (
    view_name text,
    pack text,
    populated boolean,
    row_count bigint,
    rejected_count bigint,
    version bigint,
    refreshed_at timestamptz,
    verified_at timestamptz,
    source_as_of timestamptz,
    age interval,
    objective interval,
    is_stale boolean,
    last_outcome text,
    last_finished_at timestamptz
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.assert_operator();
    return query
    select
        v.view_name,
        v.pack,
        (freshet.view_state(v) ->> 'populated')::boolean,
        v.row_count,
        v.rejected_count,
        v.version,
        v.refreshed_at,
        v.verified_at,
        v.source_as_of,
        now() - v.verified_at,
        v.stale_after,
        coalesce(now() - v.verified_at > v.stale_after, true),
        l.outcome,
        l.finished_at
    from analytics.views as v
    left join lateral (
        select r.outcome, r.finished_at
        from analytics.refresh_log as r
        where r.view_name = v.view_name
        order by r.id desc
        limit 1
    ) as l on true
    order by v.pack, v.view_name;
end
$$;

create function analytics.health_check()
returns table (
    view_name text,
    pack text,
    populated boolean,
    row_count bigint,
    rejected_count bigint,
    version bigint,
    refreshed_at timestamptz,
    verified_at timestamptz,
    source_as_of timestamptz,
    age interval,
    objective interval,
    is_stale boolean,
    last_outcome text,
    last_finished_at timestamptz
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select * from freshet.health_check();
$$;

revoke all on function freshet.health_check() from public, anon, authenticated;

grant execute on function freshet.health_check() to authenticated, service_role;

revoke all on function analytics.health_check() from public, anon, authenticated;

grant execute on function analytics.health_check() to authenticated, service_role;

comment on function freshet.health_check() is 'Checks the caller, then answers. Called through analytics.health_check.';

comment on function analytics.health_check() is
    'Admins only: one row per registered view. age = now - verified_at; is_stale when it is over the objective or the view was never refreshed.';

-- supabase/schemas/core/http/call_secrets.sql

-- Object: freshet.call_secrets()
-- Why: after a rotation, calls that were signed just before it must still be accepted.
create function freshet.call_secrets()
returns table (secret text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select s.decrypted_secret
    from vault.decrypted_secrets as s
    where s.name = 'freshet_call_secret'
        -- A call signed just before a rotation may be on its way for as long as a signature is valid.
        or s.name = 'freshet_call_secret_before' and s.updated_at > clock_timestamp() - interval '5 minutes';
$$;

revoke all on function freshet.call_secrets() from public, anon, authenticated;

comment on function freshet.call_secrets() is
    'The secrets that may have signed a scheduled call: the current one, and for five minutes after a rotation the one before it.';

-- supabase/schemas/core/http/call_signature.sql

-- Object: freshet.call_signature()
-- Why: requests wait in a table of pg_net that every role can read. So a request carries no key, only a signature that
--      is valid for this one request. The secret is generated in the database at random, is checked in the database,
--      and never leaves it.
create function freshet.call_signature(
    secret text, function_name text, call_id bigint, signed_at bigint, body_sha256 text
)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select encode(
        extensions.hmac(
            convert_to(format(E'freshet-call-1\n%s\n%s\n%s\n%s', function_name, call_id, signed_at, body_sha256), 'UTF8'),
            decode(secret, 'hex'),
            'sha256'
        ),
        'hex'
    );
$$;

revoke all on function freshet.call_signature(text, text, bigint, bigint, text) from public, anon, authenticated;

comment on function freshet.call_signature(text, text, bigint, bigint, text) is
    'HMAC-SHA256, in hex, over the parts of a scheduled call: its function, its row in the ledger, its second and its body.';

-- supabase/schemas/core/http/complete_call.sql

-- Object: analytics.complete_call()
-- Why: pg_net's answer disappears; a completion that the function wrote itself is the only evidence that survives a
--      crash of the database. Both are kept, and together they decide the outcome of a call.
create function analytics.complete_call(call_id bigint, outcome text, detail text default null)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if complete_call.outcome is null or complete_call.outcome not in ('succeeded', 'failed') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('unknown outcome "%s" of call %s', complete_call.outcome, complete_call.call_id),
            hint = 'Known are succeeded and failed.';
    end if;

    -- The first report counts: a function that is called twice for one row reports twice.
    update analytics.http_calls as c
    set completion = complete_call.outcome,
        completion_detail = left(detail, 500),
        completed_at = clock_timestamp(),
        is_observed = c.is_observed and c.outcome = complete_call.outcome,
        outcome = complete_call.outcome,
        settled_at = case when c.outcome = complete_call.outcome then c.settled_at else clock_timestamp() end
    where c.call_id = complete_call.call_id and c.completion is null;
    return found;
end
$$;

revoke all on function analytics.complete_call(bigint, text, text) from public, anon, authenticated;

grant execute on function analytics.complete_call(bigint, text, text) to service_role;

comment on function analytics.complete_call(bigint, text, text) is
    'A function reports how the call with this Freshet-Call-Id ended; outranks the answer. False when the id is unknown or was reported already. Idempotent. Service role only.';

-- supabase/schemas/core/http/current_run.sql

-- Object: freshet.current_run()
-- Why: a call in the ledger names the job and run that made it. pg_cron does not pass them to the command, so they are
--      found by the process and the command of the run.
create function freshet.current_run(out runid bigint, out job_name text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    -- pg_cron gives a command no information about its run, but the run records process and command. Searched by runid,
    -- the only index, and no further back than a run that has only just started can be.
    select d.runid, j.job_name into current_run.runid, current_run.job_name
    from cron.job_run_details as d
    join freshet.known_cron_jobs() as j on j.jobid = d.jobid
    where d.runid > (select max(newest.runid) - 1000 from cron.job_run_details as newest)
        and d.job_pid = pg_backend_pid()
        and d.command = current_query()
    order by d.runid desc
    limit 1;

    -- Without history (cron.log_run = off), or in a session that calls what the job would call: found by the command
    -- alone, if only one job has it.
    if not found then
        select min(j.job_name) into current_run.job_name
        from freshet.known_cron_jobs() as j
        where j.command = current_query()
        having count(*) = 1;
    end if;
exception
    -- The call must be sent even if its job is unknown.
    when undefined_table or undefined_column or invalid_schema_name or insufficient_privilege then
        null;
end
$$;

revoke all on function freshet.current_run() from public, anon, authenticated;

comment on function freshet.current_run() is
    'The pg_cron job and run that this statement belongs to, null where that cannot be found out.';

-- supabase/schemas/core/http/harvest_responses.sql

-- Object: freshet.harvest_responses()
-- Why: pg_net forgets its answers after some hours, and they are evidence of how a call ended. Before August 2025
--      pg_net left timed_out empty and reported a timeout by its message alone (pg_net#180), so both are read:
--      otherwise a function that works on after its caller hung up would be judged before its time is over.
create function freshet.harvest_responses()
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- How long pg_net keeps answers, and a little more: after an outage its worker may not yet have deleted older ones.
    kept_for constant interval := (
        select least(greatest(interval '7 hours', clock_timestamp() - s.last_audit_at + interval '1 hour'), interval '7 days')
        from analytics.audit_state as s
    );
    -- An answer carries the start time of its batch, which may be just before the request was committed.
    skew constant interval := interval '1 minute';
    harvested_count bigint;
begin
    with unharvested as materialized (
        select c.call_id, c.request_id, c.queued_at
        from analytics.http_calls as c
        where c.harvested_at is null
            and c.queued_at > clock_timestamp() - kept_for
            -- A request id that pg_net issued again after a crash belongs to the newer call.
            and not exists (
                select
                from analytics.http_calls as newer
                where newer.request_id = c.request_id and newer.call_id > c.call_id
            )
    ),
    free as (
        -- Rows that another session has locked are left to it: nothing may wait here, least of all the audit.
        select c.call_id
        from analytics.http_calls as c
        where c.call_id in (select u.call_id from unharvested as u) and c.harvested_at is null
        for update of c skip locked
    )
    update analytics.http_calls as c
    set status_code = r.status_code,
        is_timed_out = coalesce(r.timed_out, freshet.tells_timeout(r.status_code, r.error_msg)),
        error = left(r.error_msg, 500),
        answer_code = substring(left(r.content, 4000) from '"code"\s*:\s*"([A-Z][A-Z0-9_]{1,39})"'),
        responded_at = freshet.run_time(r.created),
        harvested_at = clock_timestamp()
    from free
    join unharvested as u on u.call_id = free.call_id
    join net._http_response as r on r.id = u.request_id and r.created >= u.queued_at - skew
    where c.call_id = u.call_id
        -- Narrows the answers by their only index.
        and r.created >= (select min(oldest.queued_at) - skew from unharvested as oldest);
    get diagnostics harvested_count = row_count;
    return harvested_count;
end
$$;

revoke all on function freshet.harvest_responses() from public, anon, authenticated;

comment on function freshet.harvest_responses() is
    'Copies the answers that pg_net holds into the ledger before pg_net forgets them, and returns how many. Idempotent.';

-- supabase/schemas/core/http/http_calls.sql

-- Object: analytics.http_calls
-- Grain: one row per HTTP call of a job or by hand through analytics.invoke_function, http_post or http_get
-- Why: a run of pg_cron that "succeeded" has queued a request and no more. pg_net records what became of it in an
--      unlogged table that names no job and forgets after 6 hours; this ledger keeps it, with the job that made the
--      call.
-- Why accepted_at: a scheduled call proves itself by a signature that is valid for the named function, for five minutes
--      and once. The row in the ledger records "once": the function asks here, so neither the secret nor a list of used
--      calls leaves the database.
create table analytics.http_calls (
    call_id bigint generated always as identity primary key,
    request_id bigint,
    function_name text not null,
    job_name text,
    runid bigint,
    planned_at timestamptz,
    queued_at timestamptz not null default clock_timestamp(),
    deadline_at timestamptz not null,
    awaits_completion boolean not null default false,
    outcome text not null default 'pending' check (outcome in ('pending', 'succeeded', 'failed', 'unknown')),
    status_code integer,
    is_timed_out boolean,
    error text,
    answer_code text,
    responded_at timestamptz,
    harvested_at timestamptz,
    completion text check (completion in ('succeeded', 'failed')),
    completion_detail text,
    completed_at timestamptz,
    settled_at timestamptz,
    is_observed boolean not null default false,
    accepted_at timestamptz,
    check ((completion is null) = (completed_at is null)),
    check ((outcome = 'pending') = (settled_at is null))
);

create index http_calls_unharvested_idx on analytics.http_calls (queued_at) where harvested_at is null;

create index http_calls_open_idx on analytics.http_calls (call_id) where outcome in ('pending', 'unknown');

create index http_calls_unobserved_idx on analytics.http_calls (call_id) where outcome <> 'pending' and not is_observed;

create index http_calls_request_id_idx on analytics.http_calls (request_id);

create index http_calls_job_name_idx on analytics.http_calls (job_name, call_id desc);

create index http_calls_runid_idx on analytics.http_calls (runid) where runid is not null;

alter table analytics.http_calls enable row level security;

revoke all on table analytics.http_calls from public, anon, authenticated;

comment on table analytics.http_calls is
    'Ledger of scheduled HTTP calls: which job called, when an answer is due, and what came of it. Holds no key, no body and no answer.';

comment on column analytics.http_calls.request_id is
    'pg_net''s request id. Not unique over time: its sequence is unlogged and begins again after a crash.';

comment on column analytics.http_calls.job_name is
    'The job whose command made the call; null for a call by hand, which is recorded and not audited.';

comment on column analytics.http_calls.runid is 'cron.job_run_details.runid, where the run is known.';

comment on column analytics.http_calls.planned_at is 'The minute (for a schedule in seconds, the moment) in which pg_cron started the run.';

comment on column analytics.http_calls.deadline_at is
    'Without an answer or completion by then, the outcome is unknown.';

comment on column analytics.http_calls.awaits_completion is
    'A 2xx only says that the function accepted the call: it reports its own completion later.';

comment on column analytics.http_calls.outcome is
    'A completion outranks the answer. unknown may still become known, while pg_net keeps the answer.';

comment on column analytics.http_calls.answer_code is 'Field "code" of the answer, e.g. BOOT_ERROR: all that is kept of its body.';

comment on column analytics.http_calls.is_observed is 'Whether the audit has judged this outcome.';

comment on column analytics.http_calls.accepted_at is
    'When the function accepted the call by its signature, which it does once; null where it refused the call or did not ask.';

comment on column analytics.http_calls.function_name is
    'The edge function that was called; //<host> for another address, whose path may hold a key and is not kept.';

-- supabase/schemas/core/http/invoke_function.sql

-- Object: analytics.invoke_function()
-- Why: scheduled HTTP calls go one way: to this project's host, which comes from Vault, signed with Vault's secret, and
--      through the ledger. The command of a job never holds a key or a host.
create function analytics.invoke_function(
    name text,
    body jsonb default '{}',
    -- One slow call delays its whole batch in pg_net.
    timeout interval default '30 seconds',
    complete_within interval default null
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    -- pg_net stores an answer when the batch of its request has ended, and may be busy with another batch.
    grace constant interval := interval '2 minutes';
    project_url constant text := freshet.vault_secret('project_url');
    call_secret constant text := freshet.vault_secret('freshet_call_secret');
    signed_at constant bigint := extract(epoch from clock_timestamp())::bigint;
    new_call_id bigint;
    new_request_id bigint;
begin
    -- The name becomes one segment of the path: a second segment would call something else in the project.
    if name is null or name !~ '^[A-Za-z][A-Za-z0-9_-]{0,127}$' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot invoke function "%s": that is no name of a function', name),
            hint = 'A name is one path segment: a letter, then letters, digits, "_" and "-".';
    end if;
    if project_url is null or call_secret is null then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format(
                'cannot invoke function "%s": %s is missing in Vault',
                name, case when project_url is null then 'project_url' else 'freshet_call_secret' end
            ),
            hint = case
                when project_url is null
                    then 'select vault.create_secret(value, ''project_url''), with the https address of the project.'
                else 'select analytics.rotate_call_secret(), which makes it.'
            end;
    end if;
    if not timeout between interval '1 millisecond' and interval '1 hour' or complete_within < timeout then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot invoke function "%s": timeout is %s, complete_within %s', name, timeout, complete_within),
            hint = 'timeout is at most an hour, and complete_within, when given, not shorter than it.';
    end if;

    new_call_id := freshet.open_call(
        format('function "%s"', name), coalesce(complete_within, timeout + grace), complete_within is not null
    );
    new_request_id := net.http_post(
        url := rtrim(project_url, '/') || '/functions/v1/' || name,
        body := body,
        headers := jsonb_build_object(
            'Content-Type', 'application/json',
            'Freshet-Call-Id', new_call_id::text,
            'Freshet-Call-Time', signed_at::text,
            'Freshet-Signature', freshet.call_signature(
                call_secret, name, new_call_id, signed_at,
                encode(sha256(convert_to(coalesce(body::text, ''), 'UTF8')), 'hex')
            )
        ),
        timeout_milliseconds := (extract(epoch from timeout) * 1000)::integer
    );
    update analytics.http_calls as c set request_id = new_request_id where c.call_id = new_call_id;
    return new_request_id;
end
$$;

revoke all on function analytics.invoke_function(text, jsonb, interval, interval) from public, anon, authenticated;

comment on function analytics.invoke_function(text, jsonb, interval, interval) is
    'Queues a signed POST /functions/v1/<name> through pg_net, notes it in the ledger and returns the request id. complete_within: an answer only says that the call was accepted, and the function reports its own completion (analytics.complete_call) by then. Raises 55000 when a secret is missing or a foreign trigger would see the call, 22023 for an invalid name. Not idempotent: each call is one request.';

-- supabase/schemas/core/http/purge_http_calls.sql

-- Object: freshet.purge_http_calls()
-- Why: the ledger grows with each call; see freshet.purge_history() for the batches.
create function freshet.purge_http_calls(keep_for interval, batch_size integer)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    with old as (
        select c.call_id
        from (
            select h.call_id, h.queued_at, h.outcome, h.is_observed
            from analytics.http_calls as h
            order by h.call_id
            limit batch_size
        ) as c
        where c.queued_at < now() - keep_for and c.outcome <> 'pending' and c.is_observed
    ),
    deleted as (
        delete from analytics.http_calls as c using old where c.call_id = old.call_id returning 1
    )
    select count(*) from deleted;
$$;

revoke all on function freshet.purge_http_calls(interval, integer) from public, anon, authenticated;

comment on function freshet.purge_http_calls(interval, integer) is
    'Deletes old calls that are settled and audited, at most a batch, and returns how many.';

-- supabase/schemas/core/http/rotate_call_secret.sql

-- Object: analytics.rotate_call_secret()
-- Why: makes the secret that signs scheduled calls, at random and without showing it; see freshet.call_signature().
create function analytics.rotate_call_secret(keep_old boolean default true)
returns timestamptz
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    secret_name constant text := 'freshet_call_secret';
    old_name constant text := 'freshet_call_secret_before';
    old_secret text;
    known uuid;
    holds_until constant timestamptz := now() + interval '5 minutes';
begin
    begin
        old_secret := freshet.vault_secret(secret_name);
    exception
        -- Vault's key stays with the project that a backup came from. A secret that cannot be decrypted has signed
        -- nothing here.
        when others then
            raise warning 'the secret before cannot be read [%] and holds no longer', sqlstate;
    end;

    delete from vault.secrets as s where s.name = old_name;
    if keep_old and old_secret is not null then
        perform vault.create_secret(old_secret, old_name, 'Freshet: signed scheduled calls until the last rotation');
    end if;

    select s.id into known from vault.secrets as s where s.name = secret_name;
    if known is null then
        perform vault.create_secret(
            encode(extensions.gen_random_bytes(32), 'hex'), secret_name,
            'Freshet: signs scheduled calls. Renewed by analytics.rotate_call_secret()'
        );
    else
        perform vault.update_secret(known, encode(extensions.gen_random_bytes(32), 'hex'));
    end if;
    return case when keep_old and old_secret is not null then holds_until end;
end
$$;

revoke all on function analytics.rotate_call_secret(boolean) from public, anon, authenticated, service_role;

comment on function analytics.rotate_call_secret(boolean) is
    'From now on signs scheduled calls with a new random secret, which it does not show. Calls on their way are accepted until the returned moment; with keep_old => false they are refused. Not idempotent.';

-- supabase/schemas/core/http/settle_calls.sql

-- Object: freshet.settle_calls()
-- Why: the outcome of a call comes from three sources that arrive in any order: its answer, its own completion, its
--      deadline.
create function freshet.settle_calls()
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    settled_count bigint;
begin
    with judged as (
        select
            c.call_id,
            case
                when c.completion is not null then c.completion
                when c.harvested_at is null then null
                when c.status_code between 200 and 299 then case when not c.awaits_completion then 'succeeded' end
                -- A function that works on after the caller has hung up, or after a proxy gave up on its answer, may
                -- still report.
                when c.awaits_completion and (
                    c.is_timed_out
                    or (
                        c.deadline_at > clock_timestamp()
                        and (
                            c.status_code in (408, 504)
                            or (c.status_code is null and coalesce(c.error, '') !~* 'couldn''t (connect|resolve)')
                        )
                    )
                ) then null
                else 'failed'
            end as outcome,
            c.outcome as old_outcome,
            c.deadline_at
        from analytics.http_calls as c
        where c.outcome in ('pending', 'unknown')
            and (c.outcome = 'pending' or c.harvested_at > c.settled_at)
        for update of c skip locked
    ),
    news as (
        select
            j.call_id, j.old_outcome,
            coalesce(j.outcome, case when j.deadline_at < clock_timestamp() then 'unknown' end) as outcome
        from judged as j
    )
    update analytics.http_calls as c
    set outcome = n.outcome, settled_at = clock_timestamp(), is_observed = false
    from news as n
    where c.call_id = n.call_id and n.outcome <> n.old_outcome;
    get diagnostics settled_count = row_count;
    return settled_count;
end
$$;

revoke all on function freshet.settle_calls() from public, anon, authenticated;

comment on function freshet.settle_calls() is
    'Decides the outcome of each open call by its answer, its completion or its deadline, and returns how many it settled. Idempotent.';

-- supabase/schemas/core/http/vault_secret.sql

-- Object: freshet.vault_secret()
-- Why: host and secrets of scheduled calls are in Vault only, never in a job's command.
create function freshet.vault_secret(name text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select s.decrypted_secret from vault.decrypted_secrets as s where s.name = vault_secret.name;
$$;

revoke all on function freshet.vault_secret(text) from public, anon, authenticated;

comment on function freshet.vault_secret(text) is 'A secret of Vault, null when none has the name.';

-- supabase/schemas/core/http/verify_call.sql

-- Object: analytics.verify_call()
-- Why: a scheduled call proves itself by a signature that is valid for the named function, for five minutes and once.
--      The function asks here, so neither the secret nor a list of used calls leaves the database.
create function analytics.verify_call(
    function_name text, call_id bigint, signed_at bigint, body_sha256 text, signature text
)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    good_for constant bigint := 300;
    -- Both are hashed under a random key of this call before the comparison, so its duration says nothing about the
    -- signature.
    moment constant bytea := extensions.gen_random_bytes(32);
    is_right boolean;
begin
    select coalesce(
        bool_or(
            extensions.hmac(convert_to(verify_call.signature, 'UTF8'), moment, 'sha256') = extensions.hmac(
                convert_to(
                    freshet.call_signature(
                        s.secret, verify_call.function_name, verify_call.call_id, verify_call.signed_at,
                        verify_call.body_sha256
                    ),
                    'UTF8'
                ),
                moment, 'sha256'
            )
        ),
        false
    )
    into is_right
    from freshet.call_secrets() as s;

    if not is_right then
        return 'wrong';
    end if;
    if abs(extract(epoch from clock_timestamp()) - verify_call.signed_at) > good_for then
        return 'expired';
    end if;
    update analytics.http_calls as c
    set accepted_at = clock_timestamp()
    where c.call_id = verify_call.call_id and c.accepted_at is null;
    return case when found then 'accepted' else 'used' end;
end
$$;

revoke all on function analytics.verify_call(text, bigint, bigint, text, text) from public, anon, authenticated;

grant execute on function analytics.verify_call(text, bigint, bigint, text, text) to service_role;

comment on function analytics.verify_call(text, bigint, bigint, text, text) is
    'Whether a request is a call that invoke_function made for this function: accepted (once), wrong, expired (after five minutes) or used (also: purged from the ledger). Not idempotent: it accepts the call. Service role only.';

-- supabase/schemas/core/live/live_relations.sql

-- Object: analytics.live_relations
-- Grain: one row per relation that answers read as it is now, without a materialized view between
-- Why: some answers are about this moment: who reports to whom, a person's last attempts. They are read from tables,
--      and still cached: the version of a live relation is the number of statements that wrote to its tables, so that
--      an answer made before a commit is never served after it.
-- Why moments: some live data changes without a write: a membership with an end date is over when that moment comes. An
--      answer from before it would be served until its reuse bound, and confirmed by a 304 for ever. So the version of
--      such a relation also moves with each moment that passes. It counts writes in thousands, plus the moments that
--      have passed since the last write: two states with the same writes differ only by what time has done.
create table analytics.live_relations (
    live_name text primary key check (live_name ~ '^[a-z][a-z0-9_]{0,62}$'),
    pack text not null,
    sources regclass[] not null check (cardinality(sources) > 0),
    registered_at timestamptz not null default now(),
    moments text[] not null default '{}'
);

alter table analytics.live_relations enable row level security;

revoke all on table analytics.live_relations from public, anon, authenticated;

comment on table analytics.live_relations is 'Registry of relations that are read live. Written by register_live only.';

comment on column analytics.live_relations.live_name is 'A relation of schema analytics, or the name of a scope relation.';

comment on column analytics.live_relations.sources is
    'The tables that it reads; each write to one of them moves its version.';

comment on column analytics.live_relations.moments is
    'Columns of its tables, as schema.table.column, whose moments change the relation when they pass.';

-- supabase/schemas/core/live/live_state.sql

-- Object: freshet.live_state()
-- Why: the version of a live relation is the number of writes to its tables, and of moments passed; see
--      analytics.live_relations.
create function freshet.live_state(declared analytics.live_relations)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object(
        'version', case
            when cardinality(declared.moments) = 0 then w.statement_count
            else w.statement_count * 1000
                + least(freshet.passed_moments(declared.moments, coalesce(w.changed_at, declared.registered_at)), 999)
        end,
        'refreshed_at', coalesce(greatest(w.changed_at, declared.registered_at), declared.registered_at),
        'verified_at', statement_timestamp(),
        'source_as_of', w.changed_at,
        -- A live answer is as old as the cached pointer that names its version: a few seconds.
        'stale_after_seconds', 60,
        'populated', true,
        'live', true
    )
    from (
        select coalesce(sum(c.statement_count), 0) as statement_count, max(c.changed_at) as changed_at
        from analytics.source_changes as c
        where c.source = any (declared.sources)
    ) as w;
$$;

revoke all on function freshet.live_state(analytics.live_relations) from public, anon, authenticated;

comment on function freshet.live_state(analytics.live_relations) is
    'State of a live relation, in the shape of freshet.view_state.';

-- supabase/schemas/core/live/passed_moments.sql

-- Object: freshet.passed_moments()
-- Why: live data can change without a write, when a moment passes; see analytics.live_relations.
create function freshet.passed_moments(moments text[], since timestamptz)
returns bigint
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    place text[];
    passed bigint;
    total bigint := 0;
begin
    for i in 1 .. cardinality(moments) loop
        place := string_to_array(moments[i], '.');
        execute format(
            'select count(*) from %I.%I as t where t.%I > $1 and t.%I <= now()', place[1], place[2], place[3], place[3]
        ) into passed using since;
        total := total + passed;
    end loop;
    return total;
end
$$;

revoke all on function freshet.passed_moments(text[], timestamptz) from public, anon, authenticated;

comment on function freshet.passed_moments(text[], timestamptz) is
    'How many moments in these columns have passed since the given time.';

-- supabase/schemas/core/live/register_live.sql

-- Object: analytics.register_live()
-- Why: a relation that is read live needs a version before its answers can be cached; see analytics.live_relations.
create function analytics.register_live(name text, pack text, sources regclass[], moments text[] default '{}')
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    unknown text;
begin
    if exists (select from analytics.views as v where v.view_name = register_live.name) then
        raise exception using
            errcode = 'duplicate_object',
            message = format('cannot register "%s" as live: a view of this name is registered', name),
            hint = 'A view is read as of its last refresh; give the live relation a name of its own.';
    end if;
    select m.moment into unknown
    from unnest(register_live.moments) as m (moment)
    where not exists (
        select
        from pg_catalog.pg_attribute as a
        join pg_catalog.pg_class as c on c.oid = a.attrelid
        where a.attrelid = any (register_live.sources)
            and a.atttypid = 'pg_catalog.timestamptz'::regtype and not a.attisdropped
            and m.moment = format('%s.%s.%s', c.relnamespace::regnamespace, c.relname, a.attname)
    );
    if found then
        raise exception using
            errcode = 'undefined_column',
            message = format('cannot register "%s" as live: "%s" is no timestamptz of its sources', name, unknown),
            hint = 'Name a column of one of the tables in sources, as schema.table.column.';
    end if;
    insert into analytics.live_relations as l (live_name, pack, sources, moments)
    values (register_live.name, register_live.pack, register_live.sources, register_live.moments)
    on conflict (live_name) do update
    set pack = excluded.pack, sources = excluded.sources, moments = excluded.moments;
    perform freshet.watch_source(c.oid, c.relkind)
    from pg_catalog.pg_class as c
    where c.oid = any (register_live.sources);
end
$$;

revoke all on function analytics.register_live(text, text, regclass[], text[]) from public, anon, authenticated;

comment on function analytics.register_live(text, text, regclass[], text[]) is
    'Gives a relation that is read live a version, which moves with every committed statement that writes to its sources, and with every moment in the columns of moments that passes. Idempotent.';

-- supabase/schemas/core/live/state_of.sql

-- Object: freshet.state_of()
-- Why: a read request names views and live relations alike.
create function freshet.state_of(name text)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select freshet.view_state(v) from analytics.views as v where v.view_name = state_of.name
    union all
    select freshet.live_state(l) from analytics.live_relations as l where l.live_name = state_of.name;
$$;

revoke all on function freshet.state_of(text) from public, anon, authenticated;

comment on function freshet.state_of(text) is
    'State of a registered view or live relation; null when none has this name.';

-- supabase/schemas/core/live/unregister_live.sql

-- Object: analytics.unregister_live()
-- Why: the counterpart of analytics.register_live().
create function analytics.unregister_live(name text)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    delete from analytics.live_relations as l where l.live_name = unregister_live.name;
$$;

revoke all on function analytics.unregister_live(text) from public, anon, authenticated;

comment on function analytics.unregister_live(text) is
    'Withdraws a live relation; its tables stay unchanged. Idempotent.';

-- supabase/schemas/core/messages/told_command.sql

-- Object: freshet.told_command()
-- Why: a command may hold a key, so the data API shows only commands of a known form; see freshet.told_run_message().
create function freshet.told_command(command text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when command ~ concat(
            '^\s*((begin|commit|set (statement|lock)_timeout = (0|''[0-9]{1,8}(ms|s|min|h)?'')|select (analytics|freshet)\.[a-z_]{1,63}\(',
            '([0-9]{1,9}|''[a-z]{1,30}([-_][a-z]{1,30}){0,9}''(, jsonb_build_object\(''[a-z_]{1,30}'', now\(\)\))?)?\))\s*(;\s*|$))+$'
        ) then command
    end;
$$;

revoke all on function freshet.told_command(text) from public, anon, authenticated;

comment on function freshet.told_command(text) is
    'A command that only sets time limits and calls this product with a name or a number; null for any other, which may hold a key.';

-- supabase/schemas/core/messages/told_name.sql

-- Object: freshet.told_name()
-- Why: a job's name may be any text, with data in it; see freshet.told_run_message().
create function freshet.told_name(job_name text, jobid bigint)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when length(job_name) <= 100
            and job_name ~ '^[A-Za-z]{1,30}[0-9]{0,8}([-_]([A-Za-z]{1,30}[0-9]{0,8}|[A-Za-z0-9]{1,6}|[0-9]{1,8}))*$'
            then job_name
        else 'jobid:' || jobid
    end;
$$;

revoke all on function freshet.told_name(text, bigint) from public, anon, authenticated;

comment on function freshet.told_name(text, bigint) is
    'A job''s name if it consists of words and short numbers, else its number: a name may be any text.';

-- supabase/schemas/core/messages/told_refresh_message.sql

-- Object: freshet.told_refresh_message()
-- Why: the message of a failed refresh may repeat rows and secrets; see freshet.told_run_message().
create function freshet.told_refresh_message(entry_sqlstate text, entry_id bigint)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select concat('failed', ' [' || entry_sqlstate || ']', '; what the database said is kept in analytics.refresh_log, id ', entry_id);
$$;

revoke all on function freshet.told_refresh_message(text, bigint) from public, anon, authenticated;

comment on function freshet.told_refresh_message(text, bigint) is
    'What the data API shows of a failed refresh: the SQLSTATE, and where to find its message.';

-- supabase/schemas/core/messages/told_run_message.sql

-- Object: freshet.told_run_message()
-- Why: an error message of the database may repeat rows and secrets. /ops scrubs it, by rules written in TypeScript; a
--      second copy of the rules in SQL would drift. So functions that answer over the data API never show such a text:
--      they show the SQLSTATE, messages of a few fixed forms, and where to find the whole text.
create function freshet.told_run_message(status text, message text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when nullif(btrim(message, E' \t\r\n'), '') is null then null
        -- A count of rows or a command tag.
        when status = 'succeeded' and btrim(message, E' \t\r\n') ~ '^([0-9]{1,12} rows?|[A-Z]{2,14}( [A-Z]{2,14}){0,3}( [0-9]{1,12}){0,2})$'
            then btrim(message, E' \t\r\n')
        -- pg_cron's own words.
        when btrim(message, E' \t\r\n') in (
            'connection failed', 'connection lost', 'job startup timeout', 'job canceled', 'server restarted',
            'could not start background process; more details may be available in the server log'
        ) then btrim(message, E' \t\r\n')
        else concat(
            coalesce(status, 'ended'), ' [' || substring(message from 'failed \[([0-9A-Z]{5})\]') || ']',
            '; /ops/runs shows what the database said, without data'
        )
    end;
$$;

revoke all on function freshet.told_run_message(text, text) from public, anon, authenticated;

comment on function freshet.told_run_message(text, text) is
    'What may be shown of a run''s message without scrubbing: a fixed form, else the SQLSTATE and where to look.';

-- supabase/schemas/core/read/column_reference.sql

-- Object: freshet.column_reference()
-- Why: behind a relation, a quoted name can be more than a column to PostgreSQL: v.ctid and v.xmin are read, and v.f
--      calls f(v). So columns to select and to order by are checked as those of filters are: a column of the relation,
--      or an error.
create function freshet.column_reference(relation regclass, column_name text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.typed_column(relation, column_name);
    return format('v.%I', column_name);
end
$$;

revoke all on function freshet.column_reference(regclass, text) from public, anon, authenticated;

comment on function freshet.column_reference(regclass, text) is
    'A column of the relation with alias v, as SQL. Raises 42703 for a system column and any name that is not a column of it.';

-- supabase/schemas/core/read/filter_condition.sql

-- Object: freshet.filter_condition()
-- Why: a scope is a list of the values that a caller may see, mostly a list of one. Written as an equality, a list of
--      one lets an index answer in the requested order, so that a page of a million rows is read from its beginning
--      instead of sorted.
create function freshet.filter_condition(relation regclass, filter jsonb)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    column_name constant text := filter ->> 'column';
    column_type text;
    operator constant text := case filter ->> 'op'
        when 'eq' then '=' when 'gt' then '>' when 'gte' then '>=' when 'lt' then '<' when 'lte' then '<='
        when 'in' then 'in'
    end;
    held jsonb;
begin
    if filter ->> 'op' in ('after', 'before') then
        return freshet.row_condition(relation, filter);
    end if;
    column_type := freshet.typed_column(relation, column_name);
    if operator is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('unknown filter operator "%s"', filter ->> 'op'),
            hint = 'Known are eq, in, gt, gte, lt, lte, after, before.';
    end if;
    if operator = '=' and not freshet.can_hold(column_type, filter ->> 'value') then
        return 'false';
    end if;
    if operator <> 'in' then
        return format('v.%I %s %L::%s', column_name, operator, filter ->> 'value', column_type);
    end if;
    select jsonb_agg(e.held) into held
    from jsonb_array_elements_text(filter -> 'value') as e (held)
    where freshet.can_hold(column_type, e.held);
    if held is null then
        return 'false';
    end if;
    if jsonb_array_length(held) = 1 then
        return format('v.%I = %L::%s', column_name, held ->> 0, column_type);
    end if;
    return format(
        'v.%I = any (array(select jsonb_array_elements_text(%L::jsonb))::%s[])', column_name, held, column_type
    );
end
$$;

revoke all on function freshet.filter_condition(regclass, jsonb) from public, anon, authenticated;

comment on function freshet.filter_condition(regclass, jsonb) is
    'One filter of a read request as SQL, its names checked and its value quoted. after and before compare several columns with one row of values.';

-- supabase/schemas/core/read/listed_condition.sql

-- Object: freshet.listed_condition()
-- Why: a view keeps the rows of its last refresh, also those of an organisation that has been deleted since. The
--      operator `listed` keeps only rows whose column is in a relation of schema analytics with a column of the same
--      name: a value that has left that relation disappears at once.
create function freshet.listed_condition(relation regclass, filter jsonb)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    -- Raises if it is not a column of the relation.
    perform freshet.typed_column(relation, filter ->> 'column');
    return format('exists (select from analytics.%1$I as l where l.%2$I = v.%2$I)', filter ->> 'value', filter ->> 'column');
end
$$;

revoke all on function freshet.listed_condition(regclass, jsonb) from public, anon, authenticated;

comment on function freshet.listed_condition(regclass, jsonb) is
    'The operator listed as SQL: rows whose column is in the relation of schema analytics that the filter''s value names.';

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
create function analytics.read_view(view_name text, request jsonb)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    scope constant jsonb := nullif(request -> 'scope', 'null'::jsonb);
    org constant jsonb := nullif(scope -> 'org', 'null'::jsonb);
    reading constant jsonb := nullif(request -> 'reading', 'null'::jsonb);
    through constant text := coalesce(request ->> 'through', view_name);
    relation regclass := to_regclass(format('analytics.%I', through));
    state constant jsonb := freshet.state_of(view_name);
    read_states jsonb;
    allowed text[];
    wanted jsonb := request -> 'filters';
    asked jsonb;
    rows_of text;
    conditions text;
    countable text;
    ordering text;
    columns text;
    rows jsonb := jsonb_build_array();
    total_count bigint;
    guards text;
    unguarded text;
    withheld_count bigint;
begin
    if state is null or (relation is null and reading is null) then
        raise exception using errcode = 'undefined_table', message = format('unknown view "%s"', case when state is null then view_name else through end);
    end if;
    select coalesce(jsonb_object_agg(r.name, freshet.state_of(r.name)), '{}'::jsonb) into read_states
    from jsonb_array_elements_text(coalesce(request -> 'reads', '[]'::jsonb)) as r (name);

    if scope is not null then
        allowed := freshet.scope_values(scope);
        if freshet.scope_denies(scope, allowed, wanted) then
            return jsonb_build_object(
                'state', state, 'reads', read_states, 'denied', true, 'scope_values', to_jsonb(allowed), 'rows', rows,
                'total_count', null, 'withheld_count', null
            );
        end if;
        wanted := wanted
            || jsonb_build_array(jsonb_build_object('column', scope -> 'column', 'op', 'in', 'value', allowed));
        if org is not null then
            wanted := wanted || jsonb_build_array(org || jsonb_build_object('op', 'eq'));
        end if;
    end if;

    if (state ->> 'populated')::boolean
        and not exists (select from jsonb_each(read_states) as r where (r.value ->> 'populated')::boolean is not true)
    then
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

        execute format(
            'select coalesce(jsonb_agg(to_jsonb(r)), ''[]'') from (select %s from %s as v where %s order by %s limit %s) as r',
            columns, rows_of, coalesce(conditions, 'true'), ordering, coalesce((request ->> 'limit')::bigint::text, 'all')
        ) into rows;
        if (request ->> 'counts')::boolean
            or ((request ->> 'counts_cut')::boolean and jsonb_array_length(rows) = (request ->> 'limit')::bigint)
        then
            execute format('select count(*) from %s as v where %s', rows_of, coalesce(countable, 'true')) into total_count;
        end if;
        if guards is not null then
            execute format(
                'select count(*) from %s as v where %s and (%s) is not true', rows_of, coalesce(unguarded, 'true'), guards
            ) into withheld_count;
        end if;
    end if;

    return jsonb_build_object(
        'state', state, 'reads', read_states, 'denied', false, 'scope_values', to_jsonb(allowed), 'rows', rows,
        'total_count', total_count, 'withheld_count', withheld_count
    );
end
$$;

revoke all on function analytics.read_view(text, jsonb) from public, anon, authenticated;

grant execute on function analytics.read_view(text, jsonb) to service_role;

comment on function analytics.read_view(text, jsonb) is
    'Rows of a registered view, live relation or reading, with the states of everything that they rest on, from one snapshot. Service role only. request: {columns, filters: [{column, op, value, is_guard}], scope: {column, value, relation, org: {column, value} or null} or null, order: [{column, direction}], limit, reads: [name], through: a plain view over the view, which is read in its place, or null, reading: {name, asked} or null, counts: whether to count all rows, counts_cut: whether to count them where limit rows come back}. withheld_count: how many rows, on all pages, the filters with is_guard hold back. denied: a filter asks for a scope value that is not the caller''s.';

-- supabase/schemas/core/read/reading_rows.sql

-- Object: freshet.reading_rows()
-- Why: rows of one view do not answer every question. A *reading* is a function freshet.reading_<name>(asked jsonb)
--      that answers at the time of the read: windows that end today, ranks among the people whom the caller may see.
--      Its rows are filtered, ordered, cut and scoped as those of a view are, and the states of everything that it
--      reads come back with the rows, from the same snapshot.
create function freshet.reading_rows(reading text)
returns regclass
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    row_type regclass;
begin
    select t.typrelid into row_type
    from pg_catalog.pg_proc as p
    join pg_catalog.pg_type as t on t.oid = p.prorettype
    where p.oid = to_regprocedure(format('freshet.%I(jsonb)', 'reading_' || reading)) and p.proretset and t.typrelid <> 0;
    if not found then
        raise exception using
            errcode = 'undefined_function',
            message = format('unknown reading "%s"', reading),
            hint = 'A reading is freshet.reading_<name>(asked jsonb), which returns rows of a composite type.';
    end if;
    return row_type;
end
$$;

revoke all on function freshet.reading_rows(text) from public, anon, authenticated;

comment on function freshet.reading_rows(text) is
    'The row type of a reading. Raises 42883 when there is no such reading.';

-- supabase/schemas/core/read/row_condition.sql

-- Object: freshet.row_condition()
-- Why: a page begins after the last row of the page before it, whatever was written in between. That is one condition
--      over several columns: {"op": "after", "columns": ["a", "b"], "values": [1, 2]} becomes (v.a, v.b) > (1, 2),
--      which an index over those columns answers. `before` is the same downwards.
create function freshet.row_condition(relation regclass, filter jsonb)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    names text;
    held_values text;
    is_possible boolean;
begin
    if jsonb_array_length(filter -> 'columns') is distinct from jsonb_array_length(filter -> 'values') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('filter "%s" has %s columns and %s values', filter ->> 'op',
                jsonb_array_length(filter -> 'columns'), jsonb_array_length(filter -> 'values'));
    end if;
    select
        string_agg(format('v.%I', p.name), ', ' order by p.place),
        string_agg(format('%L::%s', p.held, p.column_type), ', ' order by p.place),
        bool_and(freshet.can_hold(p.column_type, p.held))
    into strict names, held_values, is_possible
    from (
        select c.name, c.place, freshet.typed_column(relation, c.name), filter -> 'values' ->> (c.place - 1)::integer
        from jsonb_array_elements_text(filter -> 'columns') with ordinality as c (name, place)
    ) as p (name, place, column_type, held);
    -- No page ends with a value that the column cannot hold, so nothing comes after it.
    if not is_possible then
        return 'false';
    end if;
    return format('(%s) %s (%s)', names, case filter ->> 'op' when 'after' then '>' else '<' end, held_values);
end
$$;

revoke all on function freshet.row_condition(regclass, jsonb) from public, anon, authenticated;

comment on function freshet.row_condition(regclass, jsonb) is 'A comparison of rows as SQL, its names checked and its values quoted.';

-- supabase/schemas/core/read/scope_denies.sql

-- Object: freshet.scope_denies()
-- Why: asking for rows outside the scope is an error that the caller sees (403), not an empty answer.
create function freshet.scope_denies(scope jsonb, allowed text[], filters jsonb)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select exists (
        select
        from jsonb_array_elements(filters) as f
        where f ->> 'op' = 'eq'
            and (
                (f ->> 'column' = scope ->> 'column' and f ->> 'value' <> all (allowed))
                or (f ->> 'column' = scope #>> '{org,column}' and f ->> 'value' <> scope #>> '{org,value}')
            )
    );
$$;

revoke all on function freshet.scope_denies(jsonb, text[], jsonb) from public, anon, authenticated;

comment on function freshet.scope_denies(jsonb, text[], jsonb) is 'Whether a filter asks for a scope value that is not the caller''s.';

-- supabase/schemas/core/read/scope_values.sql

-- Object: freshet.scope_values()
-- Why: a scope may lie inside an organisation: then both claims are conditions.
create function freshet.scope_values(scope jsonb)
returns text[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    relation constant text := scope ->> 'relation';
    org constant text := scope #>> '{org,value}';
    found_values text[];
begin
    if relation is null then
        return array[scope ->> 'value'];
    end if;
    if org is null then
        execute format('select array_agg(x) from freshet.%I($1) as x', 'scope_' || relation)
        into found_values
        using scope ->> 'value';
    else
        execute format('select array_agg(x) from freshet.%I($1, $2) as x', 'scope_' || relation)
        into found_values
        using scope ->> 'value', org;
    end if;
    return coalesce(found_values, '{}');
end
$$;

revoke all on function freshet.scope_values(jsonb) from public, anon, authenticated;

comment on function freshet.scope_values(jsonb) is
    'The values of the scope column that the caller may see: the claim itself, or the result of freshet.scope_<relation>(claim), inside an organisation freshet.scope_<relation>(claim, organisation).';

-- supabase/schemas/core/read/typed_column.sql

-- Object: freshet.typed_column()
-- Why: names in a read request are checked against the catalogue and values are quoted before they become SQL.
create function freshet.typed_column(relation regclass, column_name text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    column_type text;
begin
    select format_type(a.atttypid, a.atttypmod) into column_type
    from pg_catalog.pg_attribute as a
    where a.attrelid = relation and a.attname = column_name and a.attnum > 0 and not a.attisdropped;
    if not found then
        raise exception using errcode = 'undefined_column', message = format('%s has no column "%s"', relation, column_name);
    end if;
    return column_type;
end
$$;

revoke all on function freshet.typed_column(regclass, text) from public, anon, authenticated;

comment on function freshet.typed_column(regclass, text) is
    'The type of a column, written for a cast. Raises 42703 when there is no such column.';

-- supabase/schemas/core/read/view_states.sql

-- Object: analytics.view_states()
-- Why: the functions learn the current versions of all views in one call.
create function analytics.view_states()
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(jsonb_object_agg(s.name, s.state), '{}'::jsonb)
    from (
        select v.view_name, freshet.view_state(v) from analytics.views as v
        union all
        select l.live_name, freshet.live_state(l) from analytics.live_relations as l
    ) as s (name, state);
$$;

revoke all on function analytics.view_states() from public, anon, authenticated;

grant execute on function analytics.view_states() to service_role;

comment on function analytics.view_states() is
    'Version, ages and objective of every registered view and live relation, keyed by name. Service role only.';

-- supabase/schemas/core/read/wanted_condition.sql

-- Object: freshet.wanted_condition()
-- Why: one entry for all filter operators: `listed` compares with a relation, the others with values.
create function freshet.wanted_condition(relation regclass, filter jsonb)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select case filter ->> 'op'
        when 'listed' then freshet.listed_condition(relation, filter)
        else freshet.filter_condition(relation, filter)
    end;
$$;

revoke all on function freshet.wanted_condition(regclass, jsonb) from public, anon, authenticated;

comment on function freshet.wanted_condition(regclass, jsonb) is
    'One filter of a request as SQL over a relation with alias v.';

-- supabase/schemas/core/refresh/refresh_all_views.sql

-- Object: analytics.refresh_all_views()
-- Why: after an import or a restore everything has to be brought up to date at once, in one call. It is not a job: the
--      command of a job succeeds or fails as a whole, in one transaction, so pg_cron would not see which view failed.
--      Scheduled refreshes are one job for each view.
create function analytics.refresh_all_views()
returns table (
    view_name text,
    outcome text,
    duration_ms bigint,
    rows_after bigint,
    version bigint,
    sqlstate text,
    message text
)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set statement_timeout = '60s'
as $$
declare
    wanted text;
    entry analytics.refresh_log;
    is_canceled boolean := false;
begin
    for wanted in select o.view_name from freshet.refresh_order() as o loop
        -- A canceled or timed-out call does not go on to the next view. Finished views stay refreshed.
        if is_canceled then
            return query select
                wanted, 'not_tried'::text, 0::bigint, null::bigint, null::bigint, null::text,
                'the call was canceled before the turn of this view'::text;
            continue;
        end if;
        entry := freshet.attempt_refresh(wanted);
        is_canceled := entry.sqlstate is not distinct from '57014';
        return query select
            entry.view_name,
            entry.outcome,
            round(extract(epoch from entry.finished_at - entry.started_at) * 1000)::bigint,
            entry.rows_after,
            entry.version,
            entry.sqlstate,
            entry.message;
    end loop;
end
$$;

revoke all on function analytics.refresh_all_views() from public, anon, authenticated;

grant execute on function analytics.refresh_all_views() to service_role;

comment on function analytics.refresh_all_views() is
    'Refreshes every registered view, sources before the views that read them, and returns a row for each: outcome refreshed, skipped_clean, skipped_busy, failed or not_tried. If a view fails, only its own work is rolled back. Idempotent. Service role only; admins have analytics.manual_refresh(). A call over the data API ends after 60 seconds: analytics.request_refresh(pack => …) has each view''s own limit.';

-- supabase/schemas/core/refresh/refresh_log.sql

-- Object: analytics.refresh_log
-- Grain: one row per attempt to refresh a view
-- Why: pg_cron knows that a command ran; the ledger knows what it did. A failed scheduled refresh rolls its own row
--      back, so the audit writes that row from pg_cron's history.
create table analytics.refresh_log (
    id bigint generated always as identity primary key,
    view_name text not null,
    requested_by text not null check (requested_by in ('schedule', 'manual', 'request')),
    started_at timestamptz not null,
    finished_at timestamptz,
    outcome text not null check (outcome in ('refreshed', 'skipped_busy', 'skipped_clean', 'failed')),
    rows_before bigint,
    rows_after bigint,
    rejected_count bigint,
    version bigint,
    sqlstate text,
    message text,
    runid bigint
);

create index refresh_log_view_name_idx on analytics.refresh_log (view_name, id desc);

alter table analytics.refresh_log enable row level security;

revoke all on table analytics.refresh_log from public, anon, authenticated;

comment on table analytics.refresh_log is 'Ledger: one row per attempt to refresh a view.';

comment on column analytics.refresh_log.rejected_count is
    'Source values that the view leaves out because they could not be read.';

comment on column analytics.refresh_log.runid is 'cron.job_run_details.runid, where the audit wrote the row.';

-- supabase/schemas/core/refresh/refresh_order.sql

-- Object: freshet.refresh_order()
-- Why: a view that reads another one is refreshed after it.
create function freshet.refresh_order()
returns table (view_name text, depth integer)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with recursive ordered as (
        select v.view_name, 0 as depth
        from analytics.views as v
        union
        select s.view_name, o.depth + 1
        from ordered as o
        join analytics.view_sources as s on s.source = to_regclass(format('analytics.%I', o.view_name))
    )
    select o.view_name, max(o.depth)
    from ordered as o
    group by o.view_name
    order by 2, 1;
$$;

revoke all on function freshet.refresh_order() from public, anon, authenticated;

comment on function freshet.refresh_order() is 'Registered views, sources before the views that read them.';

-- supabase/schemas/core/refresh/refresh_view.sql

-- Object: analytics.refresh_view()
-- Why: the only way a view is recomputed. Busy: skipped and recorded, never queued. Clean sources: skipped and
--      recorded. Never populated: plain refresh, since a concurrent one is not possible; afterwards concurrent, so that
--      readers never wait. A failure is raised, since pg_cron records a job that swallows its error as succeeded. A
--      view whose source was never filled, and is being filled by another session, is skipped_busy too: a plain attempt
--      would fail with "has not been populated" and raise a false alert after a first deployment with many rows.
create function analytics.refresh_view(view_name text, requested_by text default 'schedule')
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
    snapshot_before pg_snapshot;
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
    perform pg_advisory_xact_lock_shared(freshet.source_lock_key(s.source))
    from analytics.view_sources as s
    where s.view_name = refresh_view.view_name;

    begin
        relation := format('analytics.%I', view_name)::regclass;
        select c.relispopulated into strict is_populated from pg_catalog.pg_class as c where c.oid = relation;

        -- A source that was never refreshed has nothing to read yet: it is refreshed first, whatever its schedule says.
        -- If another session is refreshing it, this view waits for its own next refresh: waiting here would block.
        for source_view in
            select v.view_name
            from analytics.view_sources as s
            join analytics.views as v on to_regclass(format('analytics.%I', v.view_name)) = s.source
            join pg_catalog.pg_class as c on c.oid = s.source
            where s.view_name = refresh_view.view_name and not c.relispopulated
        loop
            source_entry := analytics.refresh_view(source_view, refresh_view.requested_by);
            if source_entry.outcome = 'skipped_busy' then
                entry.outcome := 'skipped_busy';
                return freshet.log_refresh(entry);
            end if;
        end loop;

        -- Taken before the check and the refresh, so whatever the snapshot includes, they include too.
        snapshot_before := freshet.others_snapshot();

        if is_populated
            and declared.refreshed_at > entry.started_at - declared.rebuild_after
            and not freshet.has_source_changes(view_name)
        then
            update analytics.views as v
            set verified_at = entry.started_at, source_snapshot = snapshot_before
            where v.view_name = refresh_view.view_name;
            entry.outcome := 'skipped_clean';
            entry.rows_after := declared.row_count;
            entry.rejected_count := declared.rejected_count;
            return freshet.log_refresh(entry);
        end if;

        if is_populated then
            execute format('refresh materialized view concurrently %s', relation);
        else
            execute format('refresh materialized view %s', relation);
            -- Until the next autovacuum the planner would assume that it is empty.
            execute format('analyze %s', relation);
        end if;
        execute format('select count(*) from %s', relation) into entry.rows_after;

        if declared.rejects is not null then
            execute format('select count(*) from %s', declared.rejects) into entry.rejected_count;
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

    entry.outcome := 'refreshed';
    entry.version := declared.version + 1;
    update analytics.views as v
    set version = entry.version,
        refreshed_at = entry.started_at,
        verified_at = entry.started_at,
        source_as_of = declared.source_as_of,
        source_snapshot = snapshot_before,
        row_count = entry.rows_after,
        rejected_count = entry.rejected_count
    where v.view_name = refresh_view.view_name;

    -- For views that read this one, its refresh is a change of a source.
    insert into analytics.source_changes (source)
    select relation
    where exists (select from analytics.view_sources as s where s.source = relation);

    perform freshet.trim_source_changes(s.source)
    from analytics.view_sources as s
    where s.view_name = refresh_view.view_name;

    return freshet.log_refresh(entry);
end
$$;

revoke all on function analytics.refresh_view(text, text) from public, anon, authenticated;

grant execute on function analytics.refresh_view(text, text) to service_role;

comment on function analytics.refresh_view(text, text) is
    'Brings a registered view up to date and returns its ledger row. Idempotent. Raises on failure, with the SQLSTATE in the message too.';

-- supabase/schemas/core/refresh_queue/ask_refresh.sql

-- Object: freshet.ask_refresh()
-- Why: operators request refreshes over HTTP. A person may do so once a minute for each view, through the queue or
--      manual_refresh. The secret key has no limit: repeated requests share the one that waits.
create function freshet.ask_refresh(view_name text, pack text, asked_by text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    request analytics.refresh_requests;
    -- A person is known by the claim; what the holder of the functions' key says about the caller behind it is trusted.
    caller constant text := case
        when analytics.is_admin() then 'admin'
        when asked_by in ('admin', 'reader') then asked_by
        else 'service'
    end;
begin
    perform freshet.assert_operator();
    request := freshet.waiting_refresh(view_name, pack);
    if request.id is null then
        if caller <> 'service' then
            perform freshet.assert_refresh_is_due(view_name, pack);
        end if;
        request := freshet.request_refresh(view_name, pack, caller);
    end if;
    return freshet.refresh_request(request.id);
end
$$;

revoke all on function freshet.ask_refresh(text, text, text) from public, anon, authenticated;

grant execute on function freshet.ask_refresh(text, text, text) to authenticated, service_role;

comment on function freshet.ask_refresh(text, text, text) is
    'Checks the caller, then requests the refresh. Called through analytics.request_refresh.';

-- supabase/schemas/core/refresh_queue/assert_refresh_is_due.sql

-- Object: freshet.assert_refresh_is_due()
-- Why: a person may refresh a view at most once a minute, through the queue or manual_refresh.
create function freshet.assert_refresh_is_due(view_name text, pack text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    last_at timestamptz;
begin
    select max(b.began_at) into last_at
    from (
        select l.view_name, l.started_at as began_at
        from analytics.refresh_log as l
        where l.requested_by in ('manual', 'request')
            and l.outcome <> 'skipped_busy'
            and l.started_at > now() - interval '1 minute'
        union all
        -- A refresh that is still running has no row in the ledger yet.
        select r.view_name, r.claimed_at
        from analytics.refresh_request_views as r
        where r.claimed_at > now() - interval '1 minute'
    ) as b
    left join analytics.views as v on v.view_name = b.view_name
    where (assert_refresh_is_due.view_name is null or b.view_name = assert_refresh_is_due.view_name)
        and (assert_refresh_is_due.pack is null or v.pack = assert_refresh_is_due.pack);
    if last_at is not null then
        raise exception using
            errcode = 'PT429',
            message = 'a manual refresh ran less than a minute ago',
            detail = format(
                'Try again in %s seconds.', greatest(1, ceil(extract(epoch from last_at + interval '1 minute' - now())))
            ),
            hint = 'Scheduled refreshes go on as usual.';
    end if;
end
$$;

revoke all on function freshet.assert_refresh_is_due(text, text) from public, anon, authenticated;

comment on function freshet.assert_refresh_is_due(text, text) is
    'Raises PT429 where the view, any view of the pack, or with neither any view at all, was refreshed by hand or by request less than a minute ago.';

-- supabase/schemas/core/refresh_queue/claim_refresh.sql

-- Object: freshet.claim_refresh()
-- Why: a job refreshes one view after another, each with its own time limit. The limit of a statement counts from its
--      start, so one statement chooses the view and sets the limit, and the next one refreshes. The choice is committed
--      before the work begins, so that an attempt which kills its process is counted.
create function freshet.claim_refresh(worker integer default null)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- A session that has worked for this long ends after its current view, so that pg_cron's history shows the run.
    longest_session constant interval := interval '30 seconds';
    most_attempts constant integer := 3;
    began_at constant timestamptz := coalesce(nullif(current_setting('freshet.queue_began_at', true), '')::timestamptz, clock_timestamp());
    candidate record;
    entry analytics.refresh_log;
begin
    perform set_config('freshet.queue_began_at', began_at::text, false);
    perform set_config('freshet.claimed_view', '', false);
    -- The request that this session has finished, in a transaction that is committed by now.
    if exists (
        select
        from analytics.refresh_requests as r
        where r.id = nullif(current_setting('freshet.held_request', true), '')::bigint and r.finished_at is not null
    ) then
        perform pg_advisory_unlock(freshet.refresh_request_key(current_setting('freshet.held_request')::bigint));
        perform set_config('freshet.held_request', '', false);
    end if;
    if current_setting('freshet.queue_is_empty', true) = 'yes' or began_at < clock_timestamp() - longest_session then
        return;
    end if;

    perform freshet.cut_overdue_refreshes();
    for candidate in
        select r.id, n.view_name, n.attempt_count, coalesce(d.statement_timeout, interval '10 minutes') as statement_timeout
        from analytics.refresh_requests as r
        cross join lateral (
            select v.view_name, v.attempt_count
            from analytics.refresh_request_views as v
            where v.request_id = r.id and v.outcome is null
            order by v.place
            limit 1
        ) as n
        left join analytics.views as d on d.view_name = n.view_name
        where r.finished_at is null
        -- First the request that this session has begun, then the one that waits longest.
        order by r.id::text is distinct from current_setting('freshet.held_request', true), r.id
    loop
        continue when not freshet.hold_refresh(candidate.id, candidate.view_name);
        if candidate.attempt_count >= most_attempts then
            entry := null;
            entry.view_name := candidate.view_name;
            entry.requested_by := 'request';
            entry.started_at := clock_timestamp();
            entry.outcome := 'failed';
            entry.message := format(
                'refresh of analytics.%s was begun %s times and never ended: its process or the server was killed each time, so it is not tried again',
                candidate.view_name, candidate.attempt_count
            );
            perform freshet.finish_refresh(candidate.id, freshet.log_refresh(entry));
            perform pg_advisory_unlock(hashtextextended('freshet.refresh:' || candidate.view_name, 0));
            -- The request stays with this session, whose next claim continues it or releases it.
            return;
        end if;
        update analytics.refresh_request_views as v
        set claimed_at = clock_timestamp(), claimed_by = claim_refresh.worker, attempt_count = v.attempt_count + 1
        where v.request_id = candidate.id and v.view_name = candidate.view_name;
        perform set_config('freshet.claimed_view', candidate.view_name, false);
        -- Neither 0, which means no limit, nor a value that the setting refuses: an error here would block the whole
        -- queue.
        perform set_config(
            'statement_timeout',
            least(greatest(extract(epoch from candidate.statement_timeout) * 1000, 1), 2147483647)::bigint || 'ms', false
        );
        return;
    end loop;
    perform set_config('freshet.queue_is_empty', 'yes', false);
end
$$;

revoke all on function freshet.claim_refresh(integer) from public, anon, authenticated;

comment on function freshet.claim_refresh(integer) is
    'Chooses the next view of the queue for this session and sets statement_timeout to the view''s own, for the next statement. Commit, then call freshet.run_refresh().';

-- supabase/schemas/core/refresh_queue/cut_overdue_refreshes.sql

-- Object: freshet.cut_overdue_refreshes()
-- Why: background workers of pg_cron ignore a limit that a command sets, so the limits of the queue are enforced from
--      another session.
create function freshet.cut_overdue_refreshes()
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select pg_cancel_backend(l.pid)
    from analytics.refresh_request_views as v
    join analytics.refresh_requests as r on r.id = v.request_id
    join analytics.views as d on d.view_name = v.view_name
    join pg_catalog.pg_locks as l
        on l.locktype = 'advisory' and l.mode = 'ExclusiveLock' and l.granted and l.objsubid = 1
        and l.database = (select b.oid from pg_catalog.pg_database as b where b.datname = current_database())
        and (l.classid::bigint << 32) | l.objid::bigint = freshet.refresh_request_key(v.request_id)
    -- An attempt that was killed leaves the same row while the next one is just about to begin.
    join pg_catalog.pg_stat_activity as a
        on a.pid = l.pid and a.xact_start < clock_timestamp() - d.statement_timeout - interval '5 seconds'
    where r.finished_at is null
        and v.outcome is null
        and v.claimed_at < clock_timestamp() - d.statement_timeout - interval '5 seconds'
        and l.pid <> pg_backend_pid();
$$;

revoke all on function freshet.cut_overdue_refreshes() from public, anon, authenticated;

comment on function freshet.cut_overdue_refreshes() is
    'Cancels a refresh of the queue that exceeds the limit of its view. Background workers of pg_cron ignore limits that a command sets; elsewhere the limit itself acts first.';

-- supabase/schemas/core/refresh_queue/finish_refresh.sql

-- Object: freshet.finish_refresh()
-- Why: a request ends with the outcome of its last view.
create function freshet.finish_refresh(request_id bigint, entry analytics.refresh_log)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    update analytics.refresh_request_views as v
    set outcome = entry.outcome, refresh_id = entry.id, sqlstate = entry.sqlstate, message = entry.message,
        finished_at = clock_timestamp()
    where v.request_id = finish_refresh.request_id and v.view_name = entry.view_name;

    update analytics.refresh_requests as r
    set finished_at = clock_timestamp()
    where r.id = finish_refresh.request_id
        and not exists (select from analytics.refresh_request_views as v where v.request_id = r.id and v.outcome is null);
$$;

revoke all on function freshet.finish_refresh(bigint, analytics.refresh_log) from public, anon, authenticated;

comment on function freshet.finish_refresh(bigint, analytics.refresh_log) is
    'Writes the outcome of a view, and with the last view the end of the request.';

-- supabase/schemas/core/refresh_queue/hold_refresh.sql

-- Object: freshet.hold_refresh()
-- Why: two jobs and the schedules may reach the same view at once; only one may refresh it, and no job waits.
create function freshet.hold_refresh(request_id bigint, view_name text)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    is_mine constant boolean := current_setting('freshet.held_request', true) is not distinct from request_id::text;
begin
    if not is_mine and not pg_try_advisory_lock(freshet.refresh_request_key(request_id)) then
        return false;
    end if;
    -- Checked again under the lock: another job may have refreshed it since it was chosen. A view that is being
    -- refreshed, by its schedule or for another request, is refreshed again afterwards: that refresh may read data
    -- older than this request.
    if exists (
            select
            from analytics.refresh_request_views as v
            where v.request_id = hold_refresh.request_id and v.view_name = hold_refresh.view_name and v.outcome is null
        )
        and pg_try_advisory_lock(hashtextextended('freshet.refresh:' || view_name, 0))
    then
        perform set_config('freshet.held_request', request_id::text, false);
        return true;
    end if;
    perform pg_advisory_unlock(freshet.refresh_request_key(request_id));
    if is_mine then
        perform set_config('freshet.held_request', '', false);
    end if;
    return false;
end
$$;

revoke all on function freshet.hold_refresh(bigint, text) from public, anon, authenticated;

comment on function freshet.hold_refresh(bigint, text) is
    'Takes the locks of a request and of its next view for this session; false where another session has one of them. The request''s lock is kept from view to view.';

-- supabase/schemas/core/refresh_queue/refresh_request.sql

-- Object: freshet.refresh_request(), analytics.refresh_request()
-- Why: a request returns at once, so its caller looks up later what became of it.
create function freshet.refresh_request(id bigint)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    is_locked boolean;
    answer jsonb;
begin
    perform freshet.assert_operator();
    -- A running attempt is not committed; its lock is visible to every session.
    select exists (
        select
        from pg_catalog.pg_locks as l
        where l.locktype = 'advisory'
            and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
            and l.mode = 'ExclusiveLock'
            and l.granted
            and l.objsubid = 1
            and (l.classid::bigint << 32) | l.objid::bigint = freshet.refresh_request_key(refresh_request.id)
    ) into is_locked;

    select jsonb_build_object(
        'id', r.id,
        'state', case
            when r.finished_at is not null then 'finished'
            when is_locked or bool_or(v.outcome is not null) then 'running'
            else 'queued'
        end,
        'view', r.view_name,
        'pack', r.pack,
        'requested_by', r.requested_by,
        'requested_at', r.requested_at,
        'finished_at', r.finished_at,
        'views', jsonb_agg(
            jsonb_build_object(
                'view', v.view_name,
                'state', case
                    when v.outcome is not null then 'finished'
                    when is_locked and v.claimed_at is not null then 'running'
                    else 'queued'
                end,
                'outcome', v.outcome,
                'refresh_id', v.refresh_id,
                'sqlstate', v.sqlstate,
                'message', case
                    -- The function that serves /ops asks with the secret key, and scrubs.
                    when v.outcome = 'failed' and analytics.is_admin() then freshet.told_refresh_message(v.sqlstate, v.refresh_id)
                    else left(v.message, 4000)
                end,
                'attempt_count', v.attempt_count,
                'started_at', v.claimed_at,
                'finished_at', v.finished_at
            )
            order by v.place
        )
    ) into answer
    from analytics.refresh_requests as r
    join analytics.refresh_request_views as v on v.request_id = r.id
    where r.id = refresh_request.id
    group by r.id;
    return answer;
end
$$;

create function analytics.refresh_request(id bigint)
returns jsonb
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.refresh_request(id);
$$;

revoke all on function freshet.refresh_request(bigint) from public, anon, authenticated;

grant execute on function freshet.refresh_request(bigint) to authenticated, service_role;

revoke all on function analytics.refresh_request(bigint) from public, anon, authenticated;

grant execute on function analytics.refresh_request(bigint) to authenticated, service_role;

comment on function freshet.refresh_request(bigint) is
    'Checks the caller, then answers. Called through analytics.refresh_request.';

comment on function analytics.refresh_request(bigint) is
    'Operators only: the state of a request (queued, running or finished), and each of its views with outcome, ledger row and error; null where there is no such request. Admins see the SQLSTATE and where to find the message; the secret key gets it unscrubbed, for /ops.';

-- supabase/schemas/core/refresh_queue/refresh_request_key.sql

-- Object: freshet.refresh_request_key()
-- Why: a running request is not committed, so other sessions recognise it by its lock.
create function freshet.refresh_request_key(id bigint)
returns bigint
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select hashtextextended('freshet.refresh_request:' || id, 0);
$$;

revoke all on function freshet.refresh_request_key(bigint) from public, anon, authenticated;

comment on function freshet.refresh_request_key(bigint) is
    'Advisory lock of a request: exclusive while a job works on it; shared by a caller whose answer says that the request waits, until that caller''s transaction ends.';

-- supabase/schemas/core/refresh_queue/refresh_requests.sql

-- Object: analytics.refresh_requests
-- Grain: one row per accepted request
-- Why: a caller over HTTP is cut off after eight seconds, and a refresh may take ten minutes. So the caller requests a
--      refresh, a job does it, and the caller looks up the outcome. An event or an export makes its request in the same
--      way.
create table analytics.refresh_requests (
    id bigint generated always as identity primary key,
    view_name text,
    pack text,
    requested_by text not null check (requested_by in ('admin', 'reader', 'service', 'database')),
    requested_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    check (num_nonnulls(view_name, pack) = 1)
);

create index refresh_requests_waiting_idx on analytics.refresh_requests (id) where finished_at is null;

create index refresh_requests_finished_idx on analytics.refresh_requests (finished_at) where finished_at is not null;

alter table analytics.refresh_requests enable row level security;

revoke all on table analytics.refresh_requests from public, anon, authenticated;

comment on table analytics.refresh_requests is 'Queue of refreshes. Written by freshet.request_refresh and the jobs analytics-refresh-queue-* only.';

comment on column analytics.refresh_requests.view_name is 'The requested view; null for a request of a pack.';

comment on column analytics.refresh_requests.requested_by is
    'admin: by a verified claim; reader: a demanded age that the rows did not meet; service: the secret key; database: a function of Freshet.';

comment on column analytics.refresh_requests.finished_at is
    'When the last of its views had an outcome; null until then.';

-- supabase/schemas/core/refresh_queue/refresh_worker_command.sql

-- Object: freshet.refresh_worker_command()
-- Why: what a job of the queue runs depends on how pg_cron runs commands; see freshet.schedule_refresh_workers().
create function freshet.refresh_worker_command(worker integer, in_background boolean)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- pg_cron sends a command in one message: each of its statements has the limit that is set when it begins, and
    -- "begin" and "commit" are the command's own. Background workers of pg_cron run a command in one transaction,
    -- refuse both words, and count the limit of the role from the first statement to the last, whatever a command sets;
    -- there a block that is the whole command may commit, and freshet.cut_overdue_refreshes() enforces the shorter
    -- limits.
    select case
        when in_background
            then format(
                'do ''begin for place in 1..8 loop perform freshet.claim_refresh(%s); commit; '
                'perform freshet.run_refresh(); commit; end loop; end''', worker
            )
        else 'set statement_timeout = 0; set lock_timeout = ''5s''; '
            || rtrim(
                repeat(format('begin; select freshet.claim_refresh(%s); commit; begin; select freshet.run_refresh(); commit; ', worker), 8),
                '; '
            )
    end;
$$;

revoke all on function freshet.refresh_worker_command(integer, boolean) from public, anon, authenticated;

comment on function freshet.refresh_worker_command(integer, boolean) is 'What a job of the refresh queue runs: up to eight views. in_background: as background workers of pg_cron run commands.';

-- supabase/schemas/core/refresh_queue/request_refresh.sql

-- Object: freshet.request_refresh(), analytics.request_refresh()
-- Why: a refresh may take longer than a call over HTTP may; see analytics.refresh_requests.
create function freshet.request_refresh(view_name text, pack text, requested_by text)
returns analytics.refresh_requests
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    request analytics.refresh_requests;
begin
    if num_nonnulls(view_name, pack) <> 1 then
        raise exception using
            errcode = 'PT400',
            message = 'a refresh is asked for one view or for one pack',
            hint = 'Give exactly one of view_name and pack.';
    end if;
    if not exists (
        select from analytics.views as v where v.view_name = request_refresh.view_name or v.pack = request_refresh.pack
    ) then
        raise exception using
            errcode = 'PT404',
            message = case
                when pack is null then format('unknown view "%s"', view_name)
                else format('unknown pack "%s"', pack)
            end,
            hint = 'select view_name, pack from analytics.health_check() lists the registered views.';
    end if;

    request := freshet.waiting_refresh(view_name, pack);
    if request.id is null then
        -- Of two callers at once the second waits until the first has committed, and finds its request.
        perform pg_advisory_xact_lock(hashtextextended(format('freshet.request:%s:%s', view_name, pack), 0));
        request := freshet.waiting_refresh(view_name, pack);
    end if;
    if request.id is null then
        insert into analytics.refresh_requests (view_name, pack, requested_by)
        values (request_refresh.view_name, request_refresh.pack, request_refresh.requested_by)
        returning * into request;
        insert into analytics.refresh_request_views (request_id, view_name, place)
        select request.id, o.view_name, row_number() over (order by o.depth, o.view_name)
        from freshet.refresh_order() as o
        join analytics.views as v on v.view_name = o.view_name
        where v.view_name = request_refresh.view_name or v.pack = request_refresh.pack;
    end if;
    return request;
end
$$;

create function analytics.request_refresh(view_name text default null, pack text default null, asked_by text default null)
returns jsonb
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.ask_refresh(view_name, pack, asked_by);
$$;

revoke all on function freshet.request_refresh(text, text, text) from public, anon, authenticated;

revoke all on function analytics.request_refresh(text, text, text) from public, anon, authenticated;

grant execute on function analytics.request_refresh(text, text, text) to authenticated, service_role;

comment on function freshet.request_refresh(text, text, text) is
    'The one way into the queue: returns the waiting request for this view or pack, or a new one. It begins after the caller''s transaction has ended and sees what that wrote. Checks no caller.';

comment on function analytics.request_refresh(text, text, text) is
    'Operators only: requests a refresh of one view, or of one pack, and answers at once as analytics.refresh_request does. A waiting request for the same is returned again; a running one is not, since it may have begun before the caller''s write. Admins, and readers by a demanded age: once a minute for each view (PT429). asked_by: admin or reader, where the holder of the functions'' key requests for one.';

-- supabase/schemas/core/refresh_queue/run_refresh.sql

-- Object: freshet.run_refresh()
-- Why: the statement after freshet.claim_refresh(), which has set its time limit.
create function freshet.run_refresh()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    wanted constant text := nullif(current_setting('freshet.claimed_view', true), '');
    request_id bigint;
begin
    if wanted is null then
        return;
    end if;
    request_id := current_setting('freshet.held_request')::bigint;
    perform freshet.finish_refresh(request_id, freshet.attempt_refresh(wanted, 'request'));
    perform set_config('freshet.claimed_view', '', false);
    -- The refresh itself holds the same lock until its commit.
    perform pg_advisory_unlock(hashtextextended('freshet.refresh:' || wanted, 0));
end
$$;

revoke all on function freshet.run_refresh() from public, anon, authenticated;

comment on function freshet.run_refresh() is
    'Refreshes the view that freshet.claim_refresh() chose and writes its outcome. A view that fails or is cut off is an outcome; the job does not fail.';

-- supabase/schemas/core/refresh_queue/schedule_refresh_worker.sql

-- Object: freshet.schedule_refresh_worker()
-- Why: schedules and declares one of the two jobs alike.
create function freshet.schedule_refresh_worker(worker integer, schedule text)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    -- While a run goes on, a missed slot is no fault; a run ends with its current view after half a minute.
    select analytics.register_job(
        job_name => 'analytics-refresh-queue-' || worker,
        schedule => schedule,
        command => freshet.refresh_worker_command(
            worker, current_setting('cron.use_background_workers', true) is not distinct from 'on'
        ),
        late_after => interval '10 minutes',
        max_runtime => interval '2 hours'
    );
    update analytics.scheduled_jobs as j set is_worker = true where j.job_name = 'analytics-refresh-queue-' || worker;
$$;

revoke all on function freshet.schedule_refresh_worker(integer, text) from public, anon, authenticated;

comment on function freshet.schedule_refresh_worker(integer, text) is 'One of the jobs of freshet.schedule_refresh_workers.';

-- supabase/schemas/core/refresh_queue/schedule_refresh_workers.sql

-- Object: freshet.schedule_refresh_workers()
-- Why: two jobs work through the queue: a view that takes its ten minutes occupies one of them, and the other requests
--      go through the other. Each looks every ten seconds where pg_cron supports seconds (from 1.5 on), else every
--      minute.
create function freshet.schedule_refresh_workers()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    for worker in 1..2 loop
        begin
            perform freshet.schedule_refresh_worker(worker, '10 seconds');
        exception
            -- pg_cron before 1.5.
            when invalid_parameter_value then
                perform freshet.schedule_refresh_worker(worker, '* * * * *');
        end;
    end loop;
end
$$;

revoke all on function freshet.schedule_refresh_workers() from public, anon, authenticated;

comment on function freshet.schedule_refresh_workers() is
    'Schedules and declares the jobs of the refresh queue for this version and mode of pg_cron. Idempotent: call it again after pg_cron was upgraded, or cron.use_background_workers changed.';

-- supabase/schemas/core/refresh_queue/waiting_refresh.sql

-- Object: freshet.waiting_refresh()
-- Why: a caller shares a request that has not begun; a running one may have read its sources before the caller's write.
create function freshet.waiting_refresh(view_name text, pack text)
returns analytics.refresh_requests
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    candidate bigint;
    request analytics.refresh_requests;
begin
    for candidate in
        select r.id
        from analytics.refresh_requests as r
        where r.finished_at is null
            and r.view_name is not distinct from waiting_refresh.view_name
            and r.pack is not distinct from waiting_refresh.pack
        order by r.id
    loop
        -- A running request may have read its sources before the caller's write, so it does not count. A waiting one
        -- cannot begin before this transaction has ended, so it sees what the transaction wrote.
        if pg_try_advisory_xact_lock_shared(freshet.refresh_request_key(candidate)) then
            -- Checked again under the lock: it may have run and ended since the list was made.
            select r.* into request
            from analytics.refresh_requests as r
            where r.id = candidate
                and r.finished_at is null
                and not exists (
                    select from analytics.refresh_request_views as v where v.request_id = r.id and v.outcome is not null
                );
            if found then
                return request;
            end if;
        end if;
    end loop;
    return null;
end
$$;

revoke all on function freshet.waiting_refresh(text, text) from public, anon, authenticated;

comment on function freshet.waiting_refresh(text, text) is
    'The request for this view or pack that has not begun, and will not before the caller''s transaction has ended; null where there is none.';

-- supabase/schemas/core/registry/assert_refreshable.sql

-- Object: freshet.assert_refreshable()
-- Why: a view that cannot be refreshed concurrently is refused when it is registered, not by its first job.
create function freshet.assert_refreshable(view_name text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    relation constant regclass := to_regclass(format('analytics.%I', view_name));
begin
    if not exists (select from pg_catalog.pg_class as c where c.oid = relation and c.relkind = 'm') then
        raise exception using
            errcode = 'undefined_table',
            message = format('cannot register "%s": no materialized view analytics.%s', view_name, view_name),
            hint = 'Create it in the same migration, in schema analytics, before register_view.';
    end if;
    if not exists (
        select from pg_catalog.pg_index as i
        where i.indrelid = relation
            and i.indisunique and i.indisvalid and i.indimmediate
            and i.indpred is null
            and not (0 = any (i.indkey::int2[]))
    ) then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('cannot register "%s": it has no plain unique index', view_name),
            hint = 'Concurrent refreshes need one over columns only, without a where clause: create unique index … on analytics.'
                || view_name || ' (key columns).';
    end if;
end
$$;

revoke all on function freshet.assert_refreshable(text) from public, anon, authenticated;

comment on function freshet.assert_refreshable(text) is 'Raises unless the view exists and can be refreshed concurrently.';

-- supabase/schemas/core/registry/assert_span.sql

-- Object: freshet.assert_span()
-- Why: a time plus or minus an absurd span is out of range, an error for each query that computes it. The tables refuse such a span
--      by a constraint, whose message names neither the argument nor what to write. 'infinity' is an interval since PostgreSQL 17.
create function freshet.assert_span(argument text, span interval)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    if span not between interval '-100 years' and interval '100 years' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('%s is "%s", longer than 100 years', argument, span),
            hint = format('Give a span that ends, for example %s => ''1 year''; leave out an argument that has a default.', argument);
    end if;
end
$$;

revoke all on function freshet.assert_span(text, interval) from public, anon, authenticated;

comment on function freshet.assert_span(text, interval) is 'Raises 22023 for a span of time longer than 100 years, or infinite.';

-- supabase/schemas/core/registry/change_table.sql

-- Object: analytics.change_table()
-- Why: PostgreSQL refuses to change a column that a view reads. By hand that takes a dozen statements for each view:
--      drop, change, create, index, comments, privileges, register, refresh, and again for each view that reads the
--      view. A forgotten step is noticed late: a view without its index cannot be refreshed, and a view that is no
--      longer registered becomes stale without an alert. This function does all of it in one transaction, so readers
--      see the old rows or the new ones, and a failure changes nothing.
--      The registry's row stays, so the version goes on counting: an answer cached before the change is never served
--      after it. References to a view by oid (rejects, sources of live relations) are kept by name meanwhile.
--      The lock of each view's refresh is taken first: a refresh that waited for the dropped view would fail.
create function analytics.change_table(changed regclass, ddl text, texts jsonb default '{}', fill boolean default true)
returns setof text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Of a view that is dropped only a number would be left.
    label constant text := changed::text;
    views constant jsonb := (
        select coalesce(jsonb_agg(
            jsonb_build_object(
                'relation', o.relation::text,
                'name', c.relname,
                'kind', case c.relkind when 'm' then 'materialized view' else 'view' end,
                'text', freshet.text_of_view(o.relation),
                'privileges', c.relacl::text,
                'owner', c.relowner::regrole::text,
                'is_filled', c.relkind = 'm' and c.relispopulated,
                'is_registered', v.view_name is not null,
                'rejects', v.rejects::text,
                'source_at', v.source_at_table::text || '.' || quote_ident(v.source_at_column)
            ) order by o.depth, not texts ? c.relname::text, o.relation::text
        ), '[]')
        from freshet.views_over(changed) as o
        join pg_catalog.pg_class as c on c.oid = o.relation
        left join analytics.views as v on to_regclass(format('analytics.%I', v.view_name)) = o.relation
    );
    lives constant jsonb := (
        select coalesce(jsonb_agg(jsonb_build_object('name', l.live_name, 'sources', l.sources::text[])), '[]')
        from analytics.live_relations as l
        where changed = any (l.sources)
            or l.sources && array(select o.relation from freshet.views_over(changed) as o)
    );
    one jsonb;
    fault text;
    declared analytics.views;
    live analytics.live_relations;
begin
    select t.name into fault
    from jsonb_object_keys(texts) as t (name)
    where t.name not in (select v.one ->> 'name' from jsonb_array_elements(views) as v (one));
    if fault is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot change %s: texts names "%s", which is no view over it', label, fault),
            hint = format('Views over it: %s.', coalesce((select string_agg(v.one ->> 'name', ', ') from jsonb_array_elements(views) as v (one)), 'none'));
    end if;
    select format('%s.%s', a.attrelid::regclass, a.attname) into fault
    from jsonb_array_elements(views) as v (one)
    join pg_catalog.pg_attribute as a on a.attrelid = (v.one ->> 'relation')::regclass
    where a.attacl is not null;
    if fault is not null then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot change %s: %s has privileges of its own, which would be lost', label, fault),
            hint = 'Revoke them before, and grant them again afterwards; or grant on the whole view.';
    end if;

    perform pg_advisory_xact_lock(hashtextextended('freshet.refresh:' || (v.one ->> 'name'), 0))
    from (
        select a.one from jsonb_array_elements(views) as a (one)
        where (a.one ->> 'is_registered')::boolean
        order by a.one ->> 'name'
    ) as v;
    for one in select v.one from jsonb_array_elements(views) with ordinality as v (one, place) order by v.place desc loop
        execute format('drop %s %s', one ->> 'kind', one ->> 'relation');
    end loop;

    execute ddl;

    for one in select v.one from jsonb_array_elements(views) with ordinality as v (one, place) order by v.place loop
        -- The schema file of a view may make what it leaves out, too.
        if texts ? (one ->> 'name') or to_regclass(one ->> 'relation') is null then
            execute coalesce(texts ->> (one ->> 'name'), one ->> 'text');
        end if;
        if to_regclass(one ->> 'relation') is null then
            raise exception using
                errcode = 'undefined_table',
                message = format('cannot change %s: the text of "%s" does not make %s', label, one ->> 'name', one ->> 'relation'),
                hint = 'Give the whole schema file of the view: create, index, comments.';
        end if;
        if one ->> 'owner' <> current_user::regrole::text then
            execute format('alter %s %s owner to %s', one ->> 'kind', one ->> 'relation', one ->> 'owner');
        end if;
        perform freshet.restore_privileges((one ->> 'relation')::regclass, (one ->> 'privileges')::aclitem[]);
    end loop;

    -- Only now, since what a view rejects is a view that may have come after it.
    for one in
        select v.one from jsonb_array_elements(views) with ordinality as v (one, place)
        where (v.one ->> 'is_registered')::boolean
        order by v.place
    loop
        select * into strict declared from analytics.views as v where v.view_name = one ->> 'name';
        perform analytics.register_view(
            view_name => declared.view_name,
            pack => declared.pack,
            schedule => declared.schedule,
            stale_after => declared.stale_after,
            -- A number outlives no drop, a name does; and a new text may have named another one.
            source_at => case
                when declared.source_at_column is null then null
                when not exists (select from pg_catalog.pg_class as c where c.oid = declared.source_at_table) then one ->> 'source_at'
                else declared.source_at_table::text || '.' || quote_ident(declared.source_at_column)
            end,
            rejects => case
                when declared.rejects is null then null
                when not exists (select from pg_catalog.pg_class as c where c.oid = declared.rejects) then (one ->> 'rejects')::regclass
                else declared.rejects
            end,
            statement_timeout => declared.statement_timeout,
            rebuild_after => declared.rebuild_after,
            warn_after => declared.warn_after,
            source_warn_after => declared.source_warn_after,
            source_error_after => declared.source_error_after
        );
    end loop;
    for one in select l.one from jsonb_array_elements(lives) as l (one) loop
        select * into strict live from analytics.live_relations as l where l.live_name = one ->> 'name';
        perform analytics.register_live(
            name => live.live_name,
            pack => live.pack,
            sources => array(select s.name::regclass from jsonb_array_elements_text(one -> 'sources') as s (name)),
            moments => live.moments
        );
    end loop;

    for one in select v.one from jsonb_array_elements(views) with ordinality as v (one, place) order by v.place loop
        if fill and (one ->> 'is_filled')::boolean then
            if (one ->> 'is_registered')::boolean then
                perform analytics.refresh_view(one ->> 'name', 'manual');
            else
                execute format('refresh materialized view %s', one ->> 'relation');
            end if;
        end if;
        return next one ->> 'relation';
    end loop;
end
$$;

revoke all on function analytics.change_table(regclass, text, jsonb, boolean) from public, anon, authenticated, service_role;

comment on function analytics.change_table(regclass, text, jsonb, boolean) is
    'Drops every view that reads the relation, runs the statements, makes the views again, registers and fills them, all in the caller''s transaction; returns their names. For the owner of the views. ddl: names everything with its schema. texts: {view: its new schema file}, for those that have to change. fill: false leaves the views without rows until their next refresh.';

-- supabase/schemas/core/registry/register_view.sql

-- Object: analytics.register_view()
-- Why: the only way a view gets a schedule. It proves that the view can be refreshed concurrently, finds out what the
--      view reads, watches those sources for changes, and declares the job to the audit. Keyed on names: jobids change.
create function analytics.register_view(
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
    source_error_after interval default null
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
    command text;
begin
    perform freshet.assert_refreshable(view_name);
    perform freshet.assert_span(a.argument, a.span)
    from (
        values
            ('stale_after', stale_after),
            ('statement_timeout', statement_timeout),
            ('rebuild_after', rebuild_after),
            ('warn_after', warn_after),
            ('source_warn_after', source_warn_after),
            ('source_error_after', source_error_after)
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
    if source_at is null and coalesce(source_warn_after, source_error_after) is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot register "%s": source_warn_after and source_error_after need source_at', view_name),
            hint = 'Name the column that holds the age of a source row: source_at => ''public.orders.created_at''.';
    end if;
    execute format('revoke all on table analytics.%I from public, anon, authenticated', view_name);

    insert into analytics.views as v (
        view_name, pack, job_name, schedule, stale_after, warn_after, rebuild_after, statement_timeout,
        source_at_table, source_at_column, source_warn_after, source_error_after, rejects
    )
    values (
        register_view.view_name, register_view.pack, job, register_view.schedule,
        register_view.stale_after, register_view.warn_after, register_view.rebuild_after, register_view.statement_timeout,
        source_at_table, source_at_parts[3], register_view.source_warn_after, register_view.source_error_after,
        register_view.rejects
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
        -- The view may read something else now, so its next refresh is not skipped.
        source_snapshot = null;

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

revoke all on function analytics.register_view(
    text, text, text, interval, text, regclass, interval, interval, interval, interval, interval
)
    from public, anon, authenticated;

comment on function analytics.register_view(
    text, text, text, interval, text, regclass, interval, interval, interval, interval, interval
) is
    'Registers a materialized view of schema analytics and schedules job refresh-<view>. Idempotent. source_at: schema.table.column of the newest source row; rejects: plain view of the source values left out; warn_after, source_warn_after, source_error_after: age of the rows, and of their sources, from which the audit reports them.';

-- supabase/schemas/core/registry/restore_privileges.sql

-- Object: freshet.restore_privileges()
-- Why: a project's default privileges give a new relation of schema public to every role of the data API. One that is made
--      again has to be read by those who read it before, and by no others.
create function freshet.restore_privileges(relation regclass, held aclitem[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    statement text;
begin
    for statement in
        select format('revoke all on table %s from %s', relation, g.grantee)
        from (
            select distinct case when a.grantee = 0 then 'public' else a.grantee::regrole::text end
            from pg_catalog.pg_class as c, pg_catalog.aclexplode(c.relacl) as a
            where c.oid = relation and a.grantee <> c.relowner
        ) as g (grantee)
    loop
        execute statement;
    end loop;
    for statement in
        select format(
            'grant %s on table %s to %s%s',
            a.privilege_type, relation, case when a.grantee = 0 then 'public' else a.grantee::regrole::text end,
            case when a.is_grantable then ' with grant option' end
        )
        from pg_catalog.pg_class as c, pg_catalog.aclexplode(held) as a
        where c.oid = relation and a.grantee <> c.relowner
    loop
        execute statement;
    end loop;
end
$$;

revoke all on function freshet.restore_privileges(regclass, aclitem[]) from public, anon, authenticated;

comment on function freshet.restore_privileges(regclass, aclitem[]) is
    'Gives a relation the privileges that are held, and takes all others, the owner''s aside. Null: the owner''s alone.';

-- supabase/schemas/core/registry/sources_of_view.sql

-- Object: freshet.sources_of_view()
-- Why: what a view reads comes from the catalogue, so that no list of sources can be out of date.
create function freshet.sources_of_view(view_name text)
returns table (source regclass, relkind "char")
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with recursive reads as (
        select d.refobjid as relation, c.relkind
        from pg_catalog.pg_rewrite as r
        join pg_catalog.pg_depend as d
            on d.classid = 'pg_catalog.pg_rewrite'::regclass
            and d.objid = r.oid
            and d.refclassid = 'pg_catalog.pg_class'::regclass
            and d.refobjid <> r.ev_class
        join pg_catalog.pg_class as c on c.oid = d.refobjid
        where r.ev_class = format('analytics.%I', sources_of_view.view_name)::regclass
        union
        -- Resolves plain views only: a materialized view is a source with a version of its own.
        select d.refobjid, c.relkind
        from reads
        join pg_catalog.pg_rewrite as r on r.ev_class = reads.relation
        join pg_catalog.pg_depend as d
            on d.classid = 'pg_catalog.pg_rewrite'::regclass
            and d.objid = r.oid
            and d.refclassid = 'pg_catalog.pg_class'::regclass
            and d.refobjid <> r.ev_class
        join pg_catalog.pg_class as c on c.oid = d.refobjid
        where reads.relkind = 'v'
    )
    select reads.relation::regclass, reads.relkind from reads where reads.relkind <> 'v';
$$;

revoke all on function freshet.sources_of_view(text) from public, anon, authenticated;

comment on function freshet.sources_of_view(text) is
    'Tables and materialized views that a view reads. Reads hidden inside functions are not seen: name tables in the view itself.';

-- supabase/schemas/core/registry/text_of_view.sql

-- Object: freshet.text_of_view()
-- Why: a view that is dropped takes its index, its comments and its triggers along. This is all that makes it again as it
--      was, except its privileges, which depend on what a new relation is given by default.
create function freshet.text_of_view(relation regclass)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select string_agg(t.statement, E';\n' order by t.place, t.statement)
    from pg_catalog.pg_class as c
    cross join lateral (select case c.relkind when 'm' then 'materialized view' else 'view' end) as k (kind)
    cross join lateral (
        select
            1 as place,
            format(
                E'create %s %s%s as\n%s%s',
                k.kind, c.oid::regclass, ' with (' || array_to_string(c.reloptions, ', ') || ')',
                rtrim(pg_catalog.pg_get_viewdef(c.oid), ';'), case c.relkind when 'm' then E'\nwith no data' end
            ) as statement
        union all
        select 2, pg_catalog.pg_get_indexdef(i.indexrelid) from pg_catalog.pg_index as i where i.indrelid = c.oid
        union all
        select 3, pg_catalog.pg_get_triggerdef(t.oid)
        from pg_catalog.pg_trigger as t
        where t.tgrelid = c.oid and not t.tgisinternal
        union all
        select 3, rtrim(pg_catalog.pg_get_ruledef(r.oid), ';')
        from pg_catalog.pg_rewrite as r
        where r.ev_class = c.oid and r.rulename <> '_RETURN'
        union all
        select
            4,
            case o.objsubid
                when 0 then format('comment on %s %s is %L', k.kind, c.oid::regclass, o.description)
                else format('comment on column %s.%I is %L', c.oid::regclass, a.attname, o.description)
            end
        from pg_catalog.pg_description as o
        left join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum = o.objsubid
        where o.objoid = c.oid and o.classoid = 'pg_catalog.pg_class'::regclass
    ) as t
    where c.oid = text_of_view.relation and c.relkind in ('v', 'm');
$$;

revoke all on function freshet.text_of_view(regclass) from public, anon, authenticated;

comment on function freshet.text_of_view(regclass) is
    'The statements that make a view again, a materialized one without rows: its query, indexes, triggers, rules and comments.';

-- supabase/schemas/core/registry/unregister_view.sql

-- Object: analytics.unregister_view()
-- Why: removes what register_view made: the row, the job, its declaration, and the change trigger of each source that no
--      other view and no live relation reads. Keyed on names: jobids change.
create function analytics.unregister_view(view_name text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    sources constant regclass[] := array(
        select s.source from analytics.view_sources as s where s.view_name = unregister_view.view_name order by s.source::oid
    );
begin
    delete from analytics.views as v where v.view_name = unregister_view.view_name;
    perform cron.unschedule(j.jobname) from cron.job as j where j.jobname = 'refresh-' || view_name;
    perform freshet.withdraw_job('refresh-' || view_name);
    perform freshet.unwatch_source(s.source) from unnest(sources) as s (source);
end
$$;

revoke all on function analytics.unregister_view(text) from public, anon, authenticated;

comment on function analytics.unregister_view(text) is
    'Withdraws a view: registry row, job, declaration, and the change triggers that only it needed. The view itself and its ledger stay. Idempotent.';

-- supabase/schemas/core/registry/unwatch_source.sql

-- Object: freshet.unwatch_source()
-- Why: a trigger that no view needs writes a row for each statement, for ever. It goes with the last reader of its table.
-- Why the row: writes after this are not counted. A live relation that is registered on the table later would have the version it had
--      before them, and answers from before would be served again. So the end of watching counts as a change.
create function freshet.unwatch_source(source regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    owner constant oid := (
        select c.relowner
        from pg_catalog.pg_trigger as t
        join pg_catalog.pg_class as c on c.oid = t.tgrelid
        where t.tgrelid = unwatch_source.source and t.tgname = 'freshet_note_source_change'
    );
begin
    if owner is null
        or exists (select from analytics.view_sources as s where s.source = unwatch_source.source)
        or exists (select from analytics.live_relations as l where unwatch_source.source = any (l.sources))
    then
        return;
    end if;
    -- The privilege TRIGGER is enough to make one, and not to drop it.
    if not pg_has_role(owner, 'usage') then
        raise notice using
            message = format('the change trigger of %s stays: the table belongs to %s', source, owner::regrole),
            hint = format('As that role: drop trigger freshet_note_source_change on %s;', source);
        return;
    end if;
    execute format('drop trigger freshet_note_source_change on %s', source);
    insert into analytics.source_changes (source) values (unwatch_source.source);
end
$$;

revoke all on function freshet.unwatch_source(regclass) from public, anon, authenticated;

comment on function freshet.unwatch_source(regclass) is
    'Drops the change trigger of a table that no view and no live relation reads. Waits for the writers of the table. Idempotent.';

-- supabase/schemas/core/registry/views.sql

-- Object: analytics.views
-- Grain: one row per registered materialized view
-- Why: one row holds what a view declares and its current state, so that version and age are read with one key.
-- Why views_spans_check: a time minus an absurd span is out of range and raises in every query that computes it: one
--      typo in a registration would stop a detector for all views.
create table analytics.views (
    view_name text primary key,
    pack text not null,
    job_name text not null unique,
    schedule text not null,
    stale_after interval not null check (stale_after > interval '0'),
    warn_after interval check (warn_after > interval '0' and warn_after < stale_after),
    source_warn_after interval check (source_warn_after > interval '0'),
    source_error_after interval check (source_error_after > interval '0'),
    rebuild_after interval not null check (rebuild_after > interval '0'),
    statement_timeout interval not null check (statement_timeout > interval '0'),
    source_at_table regclass,
    source_at_column name,
    rejects regclass,
    version bigint not null default 0,
    refreshed_at timestamptz,
    verified_at timestamptz,
    source_as_of timestamptz,
    source_snapshot pg_snapshot,
    row_count bigint,
    rejected_count bigint,
    registered_at timestamptz not null default now(),
    check ((source_at_table is null) = (source_at_column is null)),
    check (source_warn_after < source_error_after),
    check (source_at_table is not null or coalesce(source_warn_after, source_error_after) is null),
    constraint views_source_as_of_check
        check (source_as_of between '1900-01-01 00:00+00' and '2200-01-01 00:00+00'),
    constraint views_refreshed_at_check
        check (refreshed_at between '1900-01-01 00:00+00' and '2200-01-01 00:00+00'),
    constraint views_verified_at_check
        check (verified_at between '1900-01-01 00:00+00' and '2200-01-01 00:00+00'),
    constraint views_spans_check check (
        greatest(stale_after, warn_after, source_warn_after, source_error_after, rebuild_after, statement_timeout)
        <= interval '100 years'
    )
);

alter table analytics.views enable row level security;

revoke all on table analytics.views from public, anon, authenticated;

comment on table analytics.views is 'Registry: one row per registered materialized view. Written by register_view and refresh_view only.';

comment on column analytics.views.stale_after is 'Objective: the greatest age (now - verified_at) at which an answer still counts as fresh.';

comment on column analytics.views.warn_after is 'Age at which the audit warns; null: only at the objective.';

comment on column analytics.views.source_warn_after is 'Age of the newest source row, when the view was verified, at which the audit warns.';

comment on column analytics.views.source_error_after is
    'Age of the newest source row at which the audit reports an error: the writer of the source has stopped.';

comment on column analytics.views.rebuild_after is
    'A refresh is not skipped as clean when the last real one is older than this: catches writes that fire no trigger.';

comment on column analytics.views.rejects is
    'Plain view of source values that the view leaves out; counted at each refresh.';

comment on column analytics.views.version is 'Moves by one whenever rows were recomputed; part of every cache key.';

comment on column analytics.views.refreshed_at is 'When the rows were computed.';

comment on column analytics.views.verified_at is
    'When the rows were last known to equal their sources: after a refresh, or after one skipped as clean.';

comment on column analytics.views.source_snapshot is
    'Transactions that the rows include; a change by any other one makes the view dirty.';

comment on column analytics.views.source_as_of is
    'Newest source row at that moment, of those between 1900 and 2200: dates of a broken clock do not count.';

create trigger source_moments_are_believable before insert or update of source_as_of on analytics.views
    for each row
    when (new.source_as_of not between '1900-01-01 00:00+00' and '2200-01-01 00:00+00')
    execute function freshet.believe_source_moment();

-- supabase/schemas/core/registry/views_over.sql

-- Object: freshet.views_over()
-- Why: PostgreSQL changes no column that a view reads, and drops no view that another one reads. So a change of a table
--      needs all of them, in an order: a view comes after those that it reads.
create function freshet.views_over(changed regclass)
returns table (relation regclass, depth integer)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with recursive above as (
        select changed::oid as relation, 0 as depth
        union
        select r.ev_class, a.depth + 1
        from above as a
        join pg_catalog.pg_depend as d
            on d.classid = 'pg_catalog.pg_rewrite'::regclass
            and d.refclassid = 'pg_catalog.pg_class'::regclass
            and d.refobjid = a.relation
        join pg_catalog.pg_rewrite as r on r.oid = d.objid and r.ev_class <> a.relation
    )
    select a.relation::regclass, max(a.depth)
    from above as a
    join pg_catalog.pg_class as c on c.oid = a.relation
    where c.relkind in ('v', 'm')
    group by a.relation
    order by 2, 1;
$$;

revoke all on function freshet.views_over(regclass) from public, anon, authenticated;

comment on function freshet.views_over(regclass) is
    'Every view that reads the relation, itself too if it is one, through other views as well; each after those that it reads.';

-- supabase/schemas/core/registry/watch_source.sql

-- Object: freshet.watch_source()
-- Why: each statement that writes to a source of a view has to be logged; see analytics.source_changes.
create function freshet.watch_source(source regclass, relkind "char")
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if relkind not in ('r', 'p', 'm') then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('cannot watch %s: changes of this kind of relation cannot be seen', source),
            hint = 'Read from tables, partitioned tables, views over them, or registered materialized views.';
    end if;
    -- A materialized view logs its own change, in refresh_view.
    if relkind = 'm' or exists (
        select from pg_catalog.pg_trigger as t where t.tgrelid = source and t.tgname = 'freshet_note_source_change'
    ) then
        return;
    end if;
    execute format(
        'create trigger freshet_note_source_change after insert or update or delete or truncate on %s '
        'for each statement execute function freshet.note_source_change()', source
    );
end
$$;

revoke all on function freshet.watch_source(regclass, "char") from public, anon, authenticated;

comment on function freshet.watch_source(regclass, "char") is 'Puts the change trigger on a source table. Idempotent.';

-- supabase/schemas/core/read/view_state.sql

-- Object: freshet.view_state()
-- Why: one shape of state for read_view and view_states.
create function freshet.view_state(declared analytics.views)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object(
        'version', declared.version,
        'refreshed_at', declared.refreshed_at,
        'verified_at', declared.verified_at,
        'source_as_of', declared.source_as_of,
        'stale_after_seconds', extract(epoch from declared.stale_after)::bigint,
        'populated', coalesce(
            (
                select c.relispopulated
                from pg_catalog.pg_class as c
                where c.oid = to_regclass(format('analytics.%I', declared.view_name))
            ),
            false
        )
    );
$$;

revoke all on function freshet.view_state(analytics.views) from public, anon, authenticated;

comment on function freshet.view_state(analytics.views) is 'State of a view in the shape that the read path expects.';

-- supabase/schemas/core/refresh/attempt_refresh.sql

-- Object: freshet.attempt_refresh(view_name, requested_by), freshet.attempt_refresh(view_name)
-- Why: a failed refresh by hand or of the queue is an outcome in the ledger, not an exception: its row must survive,
--      both as evidence and for the limit of one refresh a minute.
create function freshet.attempt_refresh(view_name text, requested_by text)
returns analytics.refresh_log
language plpgsql
set search_path = pg_catalog, pg_temp
-- One blocked view must not keep the views after it waiting. (A statement_timeout would have no effect here.)
set lock_timeout = '5s'
as $$
declare
    entry analytics.refresh_log;
begin
    entry.view_name := view_name;
    entry.requested_by := requested_by;
    entry.started_at := clock_timestamp();
    return analytics.refresh_view(view_name, requested_by);
exception
    when query_canceled or others then
        entry.outcome := 'failed';
        entry.sqlstate := sqlstate;
        entry.message := sqlerrm;
        return freshet.log_refresh(entry);
end
$$;

-- For an admin's call over the data API: the message of a failure may hold rows, so the result says where to find it.
create function freshet.attempt_refresh(view_name text)
returns analytics.refresh_log
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    entry analytics.refresh_log := freshet.attempt_refresh(view_name, 'manual');
begin
    if entry.outcome = 'failed' then
        entry.message := freshet.told_refresh_message(entry.sqlstate, entry.id);
    end if;
    return entry;
end
$$;

revoke all on function freshet.attempt_refresh(text) from public, anon, authenticated;

revoke all on function freshet.attempt_refresh(text, text) from public, anon, authenticated;

comment on function freshet.attempt_refresh(text, text) is
    'Refreshes a view and returns its ledger row, failed or not: only the work of this view is rolled back.';

comment on function freshet.attempt_refresh(text) is
    'Refreshes a view for a caller and returns its ledger row, failed or not: only the work of this view is rolled back. The message of a failure is in the ledger; the returned row says where.';

-- supabase/schemas/core/refresh/log_refresh.sql

-- Object: freshet.log_refresh()
-- Why: every refresh, scheduled or by hand, writes its ledger row in one place.
create function freshet.log_refresh(entry analytics.refresh_log)
returns analytics.refresh_log
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into analytics.refresh_log (
        view_name, requested_by, started_at, finished_at, outcome,
        rows_before, rows_after, rejected_count, version, sqlstate, message, runid
    )
    values (
        entry.view_name, entry.requested_by, entry.started_at, clock_timestamp(), entry.outcome,
        entry.rows_before, entry.rows_after, entry.rejected_count, entry.version,
        entry.sqlstate, entry.message, entry.runid
    )
    returning *;
$$;

revoke all on function freshet.log_refresh(analytics.refresh_log) from public, anon, authenticated;

comment on function freshet.log_refresh(analytics.refresh_log) is 'Appends one row to the ledger and returns it.';

-- supabase/schemas/core/refresh/manual_refresh.sql

-- Object: freshet.manual_refresh(), analytics.manual_refresh()
-- Why: an admin can refresh at once, at most once a minute for each view, if it takes no longer than a call may; a
--      longer refresh goes into the queue (analytics.request_refresh). An incident that the refresh has repaired closes
--      here and does not wait for the next slot of a nightly job.
create function freshet.manual_refresh(view_name text)
returns setof analytics.refresh_log
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    wanted text;
begin
    perform freshet.assert_operator();
    if view_name is not null and not exists (select from analytics.views as v where v.view_name = manual_refresh.view_name) then
        raise exception using
            errcode = 'undefined_table',
            message = format('unknown view "%s"', view_name),
            hint = 'select view_name from analytics.health_check() lists the registered views.';
    end if;
    perform freshet.assert_refresh_is_due(view_name, null);

    for wanted in
        select o.view_name
        from freshet.refresh_order() as o
        where manual_refresh.view_name is null or o.view_name = manual_refresh.view_name
    loop
        return next freshet.attempt_refresh(wanted);
    end loop;
    -- Last, so that no incident is locked while a view is refreshed.
    perform freshet.close_repaired();
end
$$;

create function analytics.manual_refresh(view_name text default null)
returns setof analytics.refresh_log
language sql
set search_path = pg_catalog, pg_temp
set statement_timeout = '60s'
as $$
    select * from freshet.manual_refresh(view_name);
$$;

revoke all on function freshet.manual_refresh(text) from public, anon, authenticated;

grant execute on function freshet.manual_refresh(text) to authenticated, service_role;

revoke all on function analytics.manual_refresh(text) from public, anon, authenticated;

grant execute on function analytics.manual_refresh(text) to authenticated, service_role;

comment on function freshet.manual_refresh(text) is
    'Checks the caller, then refreshes. Called through analytics.manual_refresh.';

comment on function analytics.manual_refresh(text) is
    'Admins only: refreshes one view, or all in order of dependency, and returns a ledger row for each. At most once a minute for each view, requests to the queue included; PT429 (HTTP 429) otherwise. A call over the data API ends after 60 seconds: analytics.request_refresh() has the view''s own limit.';

-- supabase/schemas/core/refresh_queue/refresh_request_views.sql

-- Object: analytics.refresh_request_views
-- Grain: one row per request and view of it
-- Why: a request for a pack is many views, each with an outcome of its own.
create table analytics.refresh_request_views (
    request_id bigint not null references analytics.refresh_requests (id) on delete cascade,
    view_name text not null,
    place integer not null,
    attempt_count integer not null default 0,
    claimed_at timestamptz,
    claimed_by integer,
    finished_at timestamptz,
    outcome text check (outcome in ('refreshed', 'skipped_busy', 'skipped_clean', 'failed')),
    refresh_id bigint,
    sqlstate text,
    message text,
    primary key (request_id, view_name),
    check ((outcome is null) = (finished_at is null))
);

create index refresh_request_views_claimed_idx on analytics.refresh_request_views (view_name, claimed_at);

alter table analytics.refresh_request_views enable row level security;

revoke all on table analytics.refresh_request_views from public, anon, authenticated;

comment on table analytics.refresh_request_views is
    'The views of a request, sources before the views that read them, and the outcome of each.';

comment on column analytics.refresh_request_views.attempt_count is
    'How often a job began it. It is begun again only where the attempt before left no outcome: the server or the job was killed.';

comment on column analytics.refresh_request_views.claimed_at is 'When a job last began it.';

comment on column analytics.refresh_request_views.claimed_by is
    'The job that did, analytics-refresh-queue-<number>; null for a session opened by hand.';

comment on column analytics.refresh_request_views.refresh_id is 'analytics.refresh_log.id of its outcome.';

-- supabase/schemas/core/registry/view_sources.sql

-- Object: analytics.view_sources
-- Grain: one row per registered view and relation that it reads
-- Why: a write to a source makes the views that read it dirty, and a source is refreshed before them.
create table analytics.view_sources (
    view_name text not null references analytics.views (view_name) on delete cascade,
    source regclass not null,
    primary key (view_name, source)
);

create index view_sources_source_idx on analytics.view_sources (source);

alter table analytics.view_sources enable row level security;

revoke all on table analytics.view_sources from public, anon, authenticated;

comment on table analytics.view_sources is 'What each view reads, from pg_depend: tables, and materialized views that are its sources.';

reset check_function_bodies;
