-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- packs/study/schema/aggregate_study_days.sql

-- Object: freshet.aggregate_study_days()
-- Why: days are computed from the log, answers and sessions, never from their former figures: a late event, and a second
--      run, make no difference. Only the marked days are read, each through an index, so the cost grows with what
--      changed and not with history.
create function freshet.aggregate_study_days(user_ids text[], last_day date)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    days_count integer;
begin
    delete from analytics.daily_user_stats as s
    using freshet.days_to_aggregate as d
    where d.user_id = any (user_ids) and d.stat_date <= last_day
        and s.user_id = d.user_id and s.stat_date = d.stat_date;

    insert into analytics.daily_user_stats (
        user_id, stat_date, events_count, sessions_count, study_seconds, questions_attempted, questions_correct,
        accuracy_rate, avg_time_to_answer_seconds, materials_viewed, topics_count, calculated_at, calculation_version
    )
    select
        d.user_id, d.stat_date, e.events_count, s.sessions_count, s.study_seconds, a.questions_attempted, a.questions_correct,
        round(a.questions_correct::numeric / nullif(a.questions_attempted, 0), 6),
        a.avg_time_to_answer_seconds, e.materials_viewed, a.topics_count, now(), freshet.study_version()
    from freshet.days_to_aggregate as d
    cross join lateral (
        select d.stat_date::timestamp at time zone 'UTC' as begins_at, (d.stat_date + 1)::timestamp at time zone 'UTC' as ends_at
    ) as t
    cross join lateral (
        select count(*) as events_count, count(*) filter (where v.event_type = 'material_open') as materials_viewed
        from public.study_events as v
        where v.user_id = d.user_id and v.created_at >= t.begins_at and v.created_at < t.ends_at
    ) as e
    cross join lateral (
        select
            count(*) as sessions_count,
            coalesce(round(sum(extract(epoch from v.last_event_at - v.started_at))), 0)::bigint as study_seconds
        from public.study_sessions as v
        where v.user_id = d.user_id and v.started_at >= t.begins_at and v.started_at < t.ends_at
    ) as s
    cross join lateral (
        select
            count(*) as questions_attempted,
            count(*) filter (where v.is_correct) as questions_correct,
            round(avg(v.time_to_answer_seconds), 3) as avg_time_to_answer_seconds,
            count(distinct v.topic_id) as topics_count
        from public.question_attempts as v
        where v.user_id = d.user_id and v.attempted_at >= t.begins_at and v.attempted_at < t.ends_at
    ) as a
    where d.user_id = any (user_ids) and d.stat_date <= last_day
        -- Of a day whose rows were deleted, no row remains.
        and e.events_count + s.sessions_count + a.questions_attempted > 0;

    delete from analytics.topic_daily_stats as s
    using freshet.days_to_aggregate as d
    where d.user_id = any (user_ids) and d.stat_date <= last_day
        and s.user_id = d.user_id and s.stat_date = d.stat_date;

    insert into analytics.topic_daily_stats (
        user_id, topic_id, stat_date, questions_attempted, questions_correct, accuracy_rate, avg_time_to_answer_seconds,
        calculated_at, calculation_version
    )
    select
        d.user_id, a.topic_id, d.stat_date, a.questions_attempted, a.questions_correct,
        round(a.questions_correct::numeric / a.questions_attempted, 6), a.avg_time_to_answer_seconds,
        now(), freshet.study_version()
    from freshet.days_to_aggregate as d
    cross join lateral (
        select
            v.topic_id,
            count(*) as questions_attempted,
            count(*) filter (where v.is_correct) as questions_correct,
            round(avg(v.time_to_answer_seconds), 3) as avg_time_to_answer_seconds
        from public.question_attempts as v
        where v.user_id = d.user_id
            and v.attempted_at >= d.stat_date::timestamp at time zone 'UTC'
            and v.attempted_at < (d.stat_date + 1)::timestamp at time zone 'UTC'
        group by v.topic_id
    ) as a
    where d.user_id = any (user_ids) and d.stat_date <= last_day;

    -- The marks are written under the jobs' lock only, so none is lost that came after the rows above were read.
    delete from freshet.days_to_aggregate as d where d.user_id = any (user_ids) and d.stat_date <= last_day;
    get diagnostics days_count = row_count;
    return days_count;
end
$$;

revoke all on function freshet.aggregate_study_days(text[], date) from public, anon, authenticated;

comment on function freshet.aggregate_study_days(text[], date) is
    'Computes the marked days of these users up to last_day, and removes their marks. Returns how many days it computed. Called under the lock freshet.study_jobs. Idempotent.';

-- packs/study/schema/answer_quality.sql

-- Object: freshet.answer_quality()
-- Why: SM-2 takes a quality from 0 to 5 that a person chooses. Here an answer is right or wrong and has a time, so the
--      quality follows from these. The constants stand here and nowhere else.
create function freshet.answer_quality(is_correct boolean, is_hint_used boolean, time_to_answer_seconds numeric)
returns integer
language plpgsql
immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    quick_seconds constant numeric := 10;
    slow_seconds constant numeric := 60;
begin
    return case
        when not is_correct then 1
        when is_hint_used or time_to_answer_seconds > slow_seconds then 3
        when time_to_answer_seconds <= quick_seconds then 5
        else 4
    end;
end
$$;

revoke all on function freshet.answer_quality(boolean, boolean, numeric) from public, anon, authenticated;

comment on function freshet.answer_quality(boolean, boolean, numeric) is
    'Quality of an answer for SM-2: wrong 1; correct after a hint, or in more than 60 s, 3; correct within 10 s 5; correct otherwise, or without a measured time, 4.';

-- packs/study/schema/answers_changed.sql

-- Object: freshet.answers_changed()
-- Why: every write to answers, tracked or not, is noted once for each user, question and day, so that the jobs recompute
--      what changed and nothing else.
create function freshet.answers_changed()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op <> 'DELETE' then
        insert into freshet.study_changes (user_id, topic_id, question_id, changed_on)
        select distinct n.user_id, n.topic_id, n.question_id, (n.attempted_at at time zone 'UTC')::date
        from new_rows as n;
    end if;
    if tg_op <> 'INSERT' then
        insert into freshet.study_changes (user_id, topic_id, question_id, changed_on)
        select distinct o.user_id, o.topic_id, o.question_id, (o.attempted_at at time zone 'UTC')::date
        from old_rows as o;
    end if;
    return null;
end
$$;

revoke all on function freshet.answers_changed() from public, anon, authenticated;

comment on function freshet.answers_changed() is 'Statement trigger of public.question_attempts.';

-- packs/study/schema/archive_study_partition.sql

-- Object: freshet.archive_study_partition()
-- Why: events older than two years are dropped. A project that has to keep them elsewhere replaces this function: it runs
--      before each drop, in the same transaction, and as long as it raises, the partition stays.
create function freshet.archive_study_partition(partition regclass)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
select null::void
$$;

revoke all on function freshet.archive_study_partition(regclass) from public, anon, authenticated;

comment on function freshet.archive_study_partition(regclass) is
    'Hook: replace it in a migration of your own to archive a month of public.study_events before it is dropped. Raise to keep the partition; the job drop-old-study-events then fails and tries again the next day. It has two minutes, with the rest of the job.';

-- packs/study/schema/begin_study_batch.sql

-- Object: freshet.begin_study_batch()
-- Why: a day has one batch, however often it is called for. A batch of an older day that was never finished is not
--      continued: the new one takes all its users and all its days.
create function freshet.begin_study_batch()
returns date
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    closed_day constant date := (now() at time zone 'UTC')::date - 1;
    is_finished boolean;
begin
    perform pg_advisory_xact_lock(hashtextextended('freshet.study_jobs', 0));

    select b.finished_at is not null into is_finished from analytics.study_batches as b where b.stat_date = closed_day;
    if is_finished then
        return null;
    elsif not is_finished then
        update analytics.study_batches as b set attempts_count = b.attempts_count + 1 where b.stat_date = closed_day;
        return closed_day;
    end if;

    update analytics.study_batches as b
    set error = format('not finished when the batch of %s began, which took over its users and days', closed_day)
    where b.finished_at is null and b.error is null;

    -- The curriculum is the same for all users: computed once for the batch.
    delete from freshet.prerequisite_impacts;
    insert into freshet.prerequisite_impacts (topic_id, prerequisite_impact, cycle_id)
    select c.topic_id, c.prerequisite_impact, c.cycle_id from freshet.prerequisite_closure() as c;

    insert into analytics.study_batches (stat_date, cycles_count)
    select closed_day, count(*) from freshet.prerequisite_impacts as i where i.cycle_id is not null;
    return closed_day;
end
$$;

revoke all on function freshet.begin_study_batch() from public, anon, authenticated;

comment on function freshet.begin_study_batch() is
    'Begins the batch that closes yesterday (UTC), or counts one more run of it. Returns its day, or null if it is finished.';

-- packs/study/schema/browser_family.sql

-- Object: freshet.browser_family()
-- Why: a whole user agent singles out a person. Its family does not, and is all that a report asks for.
create function freshet.browser_family(user_agent text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- Nearly every browser claims to be Chrome or Safari too, so these come last.
    select case
        when agent ~ 'Edg(e|A|iOS)?/' then 'edge'
        when agent ~ '(OPR|OPiOS|OPT|Opera)[/ ]' then 'opera'
        when agent ~ 'SamsungBrowser/' then 'samsung'
        when agent ~ '(Firefox|FxiOS)/' then 'firefox'
        when agent ~ '(Chrome|CriOS|Chromium)/' then 'chrome'
        when agent ~ 'Version/.*Safari/' then 'safari'
    end
    from left(user_agent, 1000) as agent;
$$;

revoke all on function freshet.browser_family(text) from public, anon, authenticated, service_role;

comment on function freshet.browser_family(text) is
    'Of a User-Agent: edge, opera, samsung, firefox, chrome or safari; null for any other.';

-- packs/study/schema/check_study_batch.sql

-- Object: analytics.check_study_batch()
-- Why: the batch's runs may all succeed, and still it is not finished by morning, or has aggregated next to nothing. This
--      job fails then, each hour until it is repaired: an incident of the audit like that of any failed job.
-- Why not at once: a project that was deployed today had no night yet, and a batch that has just begun is at work.
create function analytics.check_study_batch()
returns date
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    closed_day constant date := (now() at time zone 'UTC')::date - 1;
    batch analytics.study_batches;
    trouble text;
    remedy text := 'Read the runs of the jobs aggregate-study-days and update-topic-mastery, then: call analytics.run_study_batch().';
begin
    select b.* into batch from analytics.study_batches as b where b.stat_date = closed_day;
    if not found then
        if exists (
            select from analytics.scheduled_jobs as j
            where j.job_name = 'aggregate-study-days' and (j.declared_at at time zone 'UTC')::date <= closed_day
        ) then
            trouble := 'never began';
        end if;
    elsif batch.finished_at is null then
        if batch.started_at < now() - interval '1 hour' then
            trouble := format('is not finished: %s users done since %s', batch.users_count, batch.started_at);
        end if;
    elsif batch.error is not null then
        trouble := batch.error;
        remedy := format(
            'Users who were left out have as_of_date before %1$s in analytics.user_learning_metrics, or days up to then in freshet.days_to_aggregate. If few days are right: update analytics.study_batches set error = null where stat_date = %1$L;',
            closed_day
        );
    end if;
    if trouble is null then
        return case when batch.finished_at is not null then closed_day end;
    end if;
    raise exception using
        errcode = 'data_exception', message = format('study batch of %s: %s', closed_day, trouble), hint = remedy;
end
$$;

revoke all on function analytics.check_study_batch() from public, anon, authenticated;

comment on function analytics.check_study_batch() is
    'Returns yesterday''s date (UTC) if its batch is finished and aggregated about as much as usual, null if it began within the last hour or the jobs were declared today, and otherwise raises 22000 with the remedy.';

-- packs/study/schema/compute_study_users.sql

-- Object: freshet.compute_study_users()
-- Why: each step rests on the one before: figures and gaps on days and mastery.
create function freshet.compute_study_users(user_ids text[], stat_date date, calculated_at timestamptz)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    days_count integer;
begin
    days_count := freshet.aggregate_study_days(user_ids, stat_date);
    perform freshet.recompute_topic_mastery(user_ids, calculated_at => compute_study_users.calculated_at);
    perform freshet.recompute_user_learning_metrics(user_ids, stat_date);
    perform freshet.recompute_knowledge_gaps(user_ids, stat_date);
    return days_count;
end
$$;

revoke all on function freshet.compute_study_users(text[], date, timestamptz) from public, anon, authenticated;

comment on function freshet.compute_study_users(text[], date, timestamptz) is
    'All that the nightly batch computes of these users: days up to stat_date, mastery as of calculated_at, rolling figures, gaps. Returns how many days it aggregated.';

-- packs/study/schema/continue_study_batch.sql

-- Object: freshet.continue_study_batch()
-- Why: the figures of some users and the progress of the batch are written in one transaction, so a kill at any point
--      loses both or neither.
-- Why users one by one after an error: what the calculation cannot take in one user's rows must not keep the others from
--      their figures. Such a user keeps the figures and the marks of an earlier night, and the batch reports an error.
-- Why one moment for all: mastery decays with time, so all users of a batch are computed as of its begin, whatever
--      interrupted it.
create function freshet.continue_study_batch(user_limit integer default 1000)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    batch analytics.study_batches;
    user_ids text[];
    each_user text;
    new_days integer := 0;
    new_failures integer := 0;
    failure text;
begin
    if user_limit is null or user_limit not between 1 and 100000 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot take %s users at a time', coalesce(user_limit::text, 'null')),
            hint = 'Give 1 to 100000 users for each transaction; 1000 is usual.';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('freshet.study_jobs', 0));
    select b.* into batch
    from analytics.study_batches as b
    where b.stat_date = (now() at time zone 'UTC')::date - 1 and b.finished_at is null;
    if not found then
        return false;
    end if;

    user_ids := freshet.users_of_study_batch(batch.last_user_id, user_limit);
    if cardinality(user_ids) = 0 then
        update analytics.study_batches as b
        set finished_at = clock_timestamp(), error = coalesce(b.error, freshet.study_batch_shortfall(b.stat_date, b.days_count))
        where b.stat_date = batch.stat_date;
        return false;
    end if;

    begin
        new_days := freshet.compute_study_users(user_ids, batch.stat_date, batch.started_at);
    exception
        when others then
            if freshet.is_passing(sqlstate) then
                raise;
            end if;
            failure := sqlstate;
    end;
    if failure is not null then
        foreach each_user in array user_ids loop
            begin
                new_days := new_days + freshet.compute_study_users(array[each_user], batch.stat_date, batch.started_at);
            exception
                when others then
                    if freshet.is_passing(sqlstate) then
                        raise;
                    end if;
                    failure := sqlstate;
                    new_failures := new_failures + 1;
            end;
        end loop;
    end if;

    update analytics.study_batches as b
    set last_user_id = user_ids[cardinality(user_ids)],
        users_count = b.users_count + cardinality(user_ids) - new_failures,
        days_count = b.days_count + new_days,
        failed_count = b.failed_count + new_failures,
        error = case
            -- No text of the error: it may quote a user's rows.
            when new_failures > 0 then
                format('%s users could not be computed, the last with SQLSTATE %s', b.failed_count + new_failures, failure)
            else b.error
        end
    where b.stat_date = batch.stat_date;
    return true;
end
$$;

revoke all on function freshet.continue_study_batch(integer) from public, anon, authenticated;

comment on function freshet.continue_study_batch(integer) is
    'Computes the next users of the batch that closes yesterday (UTC), or ends it. True while it is not finished; false also if there is none.';

-- packs/study/schema/daily_user_stats.sql

-- Object: analytics.daily_user_stats
-- Grain: one row per user and UTC day on which the user did something
-- Reads: public.study_events, public.question_attempts, public.study_sessions
-- Serves: /analytics/study/activity
-- Why: the calendar of the last 90 days is 90 rows by key, not a scan of the log.
create table analytics.daily_user_stats (
    user_id text not null,
    stat_date date not null,
    events_count integer not null,
    sessions_count integer not null,
    study_seconds bigint not null,
    questions_attempted integer not null,
    questions_correct integer not null,
    accuracy_rate numeric check (accuracy_rate between 0 and 1),
    avg_time_to_answer_seconds numeric,
    materials_viewed integer not null,
    topics_count integer not null,
    calculated_at timestamptz not null,
    calculation_version text not null,
    constraint ix_daily_user_stats_user_date primary key (user_id, stat_date)
);

alter table analytics.daily_user_stats enable row level security;

revoke all on table analytics.daily_user_stats from public, anon, authenticated;

comment on table analytics.daily_user_stats is 'Figures of a user''s day, written by the nightly batch; late events re-aggregate their day.';

comment on column analytics.daily_user_stats.sessions_count is 'Sessions that began on the day.';

comment on column analytics.daily_user_stats.study_seconds is
    'From the first to the last event of each session that began on the day: a session that crosses midnight belongs to its first day, whole. Rounded to whole seconds for the day.';

comment on column analytics.daily_user_stats.accuracy_rate is 'Null without answers.';

comment on column analytics.daily_user_stats.avg_time_to_answer_seconds is 'Over the answers with a measured time; null without any.';

comment on column analytics.daily_user_stats.materials_viewed is 'Events material_open.';

comment on column analytics.daily_user_stats.topics_count is 'Topics of the day''s answers.';

-- packs/study/schema/days_to_aggregate.sql

-- Object: freshet.days_to_aggregate
-- Grain: one row per user and UTC day whose daily figures are out of date
-- Why: a late event makes a day of the past out of date. The nightly batch aggregates these days and no others.
create table freshet.days_to_aggregate (
    user_id text not null,
    stat_date date not null,
    primary key (user_id, stat_date)
);

revoke all on table freshet.days_to_aggregate from public, anon, authenticated, service_role;

comment on table freshet.days_to_aggregate is
    'Days that the nightly batch will aggregate. Written from freshet.study_changes by the jobs alone, one at a time.';

-- packs/study/schema/device_type.sql

-- Object: freshet.device_type()
-- Why: what kind of device it was, without the user agent that would single out a person.
create function freshet.device_type(user_agent text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when agent ~* 'bot[/-]|\mbot\M|crawler|spider|headless' then 'bot'
        when agent ~ 'iPad|Tablet|PlayBook|Silk/' or (agent ~ 'Android' and agent !~ 'Mobile') then 'tablet'
        when agent ~ 'Mobi|iPhone|iPod|Android' then 'mobile'
        when agent ~ 'Windows NT|Macintosh|X11|CrOS' then 'desktop'
        when agent <> '' then 'other'
    end
    from left(user_agent, 1000) as agent;
$$;

revoke all on function freshet.device_type(text) from public, anon, authenticated, service_role;

comment on function freshet.device_type(text) is
    'Of a User-Agent: desktop, mobile, tablet, bot or other; null without one. An iPad that asks for desktop pages says that it is a Macintosh, and counts as desktop.';

-- packs/study/schema/drop_old_study_events.sql

-- Object: analytics.drop_old_study_events()
-- Why a procedure: it commits after each partition, so that one that cannot be archived keeps no other from being dropped,
--      and then fails, so that the audit reports it. A procedure that commits can have no SET clause: it says its
--      search_path itself, in every transaction. The rows of its loop are fetched at the first commit.
create procedure analytics.drop_old_study_events()
language plpgsql
as $$
declare
    old record;
    waiting_on pg_catalog.date;
    kept pg_catalog.text[] := array[]::pg_catalog.text[];
    tried_count pg_catalog.int4 := 0;
begin
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    -- Writers wait while a new partition waits for a reader of the log.
    perform set_config('lock_timeout', '5s', true);
    -- Old events that wait in the default partition get a partition of their own, and are dropped with it.
    for waiting_on in
        select distinct (date_trunc('month', d.created_at at time zone 'UTC'))::date
        from public.study_events_default as d
        where d.created_at < date_trunc('month', (now() at time zone 'UTC') - interval '2 years') at time zone 'UTC'
    loop
        perform analytics.make_study_partitions(waiting_on, waiting_on);
    end loop;
    commit;
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);

    for old in select p.partition, p.from_at, p.to_at from freshet.old_study_partitions() as p loop
        tried_count := tried_count + 1;
        begin
            perform freshet.drop_study_partition(old.partition, old.from_at, old.to_at);
        exception
            when others then
                kept := kept || format('%s: %s', old.partition, sqlerrm);
        end;
        commit;
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    end loop;

    if cardinality(kept) > 0 then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('%s of %s old partitions of public.study_events were kept: %s', cardinality(kept), tried_count, array_to_string(kept, '; ')),
            hint = 'Correct freshet.archive_study_partition() or what it needs: the next run tries again.';
    end if;
end
$$;

revoke all on procedure analytics.drop_old_study_events() from public, anon, authenticated;

comment on procedure analytics.drop_old_study_events() is
    'Drops the partitions of public.study_events that ended two years ago or earlier, each with the keys of its events, after freshet.archive_study_partition(). Raises at the end if some were kept, with the reason of each.';

-- packs/study/schema/drop_study_partition.sql

-- Object: freshet.drop_study_partition()
-- Why: archive, keys and partition go in one transaction, or all stay.
create function freshet.drop_study_partition(partition regclass, from_at timestamptz, to_at timestamptz)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- public.forget_user() locks the log before its partitions, a drop the partition before the log: one at a time.
    perform pg_advisory_xact_lock(hashtextextended('freshet.study_jobs', 0));
    -- A call that ran at the same time has dropped it.
    if not exists (select from pg_catalog.pg_class as c where c.oid = partition) then
        return;
    end if;
    -- Writers wait while this waits for a reader of the log.
    perform set_config('lock_timeout', '5s', true);
    -- What was archived is what is dropped.
    execute format('lock table %s in share row exclusive mode', partition);
    perform freshet.archive_study_partition(partition);
    delete from freshet.study_event_keys as k
    where k.created_at < to_at and (from_at is null or k.created_at >= from_at);
    execute format('drop table %s', partition);
end
$$;

revoke all on function freshet.drop_study_partition(regclass, timestamptz, timestamptz) from public, anon, authenticated;

comment on function freshet.drop_study_partition(regclass, timestamptz, timestamptz) is
    'Archives and drops a partition of public.study_events with the keys of its events. Raises what freshet.archive_study_partition() raises.';

-- packs/study/schema/erasures.sql

-- Object: freshet.erasures
-- Grain: one row per call of public.forget_user()
-- Why: the proof that a user was erased, and the reason why the trigger of the log lets this transaction delete. The
--      user's id stands here only until the transaction ends; afterwards a hash recognises late events of an erased user.
create table freshet.erasures (
    erasure_id bigint generated always as identity primary key,
    user_hash text not null,
    user_id text,
    transaction_id xid8 not null default pg_current_xact_id(),
    erased_at timestamptz not null default now(),
    rows_count bigint
);

create index erasures_user_hash_idx on freshet.erasures (user_hash, erased_at);

-- The trigger of the log asks for each event that is deleted.
create index erasures_user_id_idx on freshet.erasures (user_id) where user_id is not null;

revoke all on table freshet.erasures from public, anon, authenticated, service_role;

comment on table freshet.erasures is 'Users that were erased, as hashes. Written by public.forget_user only.';

comment on column freshet.erasures.user_hash is 'HMAC-SHA256, in hex, of the user''s id with the pepper in Vault.';

comment on column freshet.erasures.user_id is 'Null once the erasing transaction has ended.';

-- packs/study/schema/events_were_inserted.sql

-- Object: freshet.events_were_inserted()
-- Why: a day's figures count its events.
create function freshet.events_were_inserted()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into freshet.study_changes (user_id, changed_on)
    select distinct n.user_id, (n.created_at at time zone 'UTC')::date
    from new_rows as n;
    return null;
end
$$;

revoke all on function freshet.events_were_inserted() from public, anon, authenticated;

comment on function freshet.events_were_inserted() is 'Statement trigger of public.study_events.';

-- packs/study/schema/fold_study_changes.sql

-- Object: freshet.fold_study_changes()
-- Why: recomputes what changed, in the order in which it changed. A change that commits while this runs is not among
--      those taken, so it waits for the next call.
-- Why about all changes of a user at once: what changed several times is recomputed once. Both limits bound a step's time, also
--      for one user with more changes than change_limit, whose other changes are for the next step: a step that took longer
--      than a statement may would be tried again for ever, and hold up all others.
-- Why users one by one after an error: what the calculation cannot take in one user's rows must not hold up the others.
--      The changes of such a user go back to the end of the queue with the error beside them; see
--      analytics.update_topic_mastery, which fails then.
-- Why errors that pass by themselves are raised: after a lock or a timeout the whole step is rolled back and comes again.
-- Why days first: a day's figures do not depend on the mastery.
create function freshet.fold_study_changes(
    user_limit integer default 1000,
    up_to_change bigint default null,
    change_limit integer default 20000,
    out users_count integer,
    out changes_count integer,
    out failed_count integer
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    chosen text[];
    chosen_changes bigint[];
    taken freshet.study_changes[];
    changed_user text;
    failure text;
begin
    perform pg_advisory_xact_lock(hashtextextended('freshet.study_jobs', 0));

    with oldest as (
        select c.user_id, c.change_id
        from freshet.study_changes as c
        where c.change_id <= coalesce(up_to_change, c.change_id)
        order by c.change_id
        limit change_limit
    ), users as (
        select o.user_id, min(o.change_id) as oldest_change
        from oldest as o
        group by o.user_id
        order by min(o.change_id)
        limit user_limit
    ), counted as (
        select u.user_id, n.changes_count, n.change_ids, sum(n.changes_count) over (order by u.oldest_change) as running_count
        from users as u
        cross join lateral (
            select count(*) as changes_count, array_agg(c.change_id) as change_ids
            from freshet.study_changes as c
            where c.user_id = u.user_id
        ) as n
    )
    select array_agg(distinct n.user_id), (array_agg(i.change_id order by i.change_id))[:change_limit]
    into chosen, chosen_changes
    from counted as n
    cross join unnest(n.change_ids) as i (change_id)
    where n.running_count - n.changes_count < change_limit;

    -- A statement of its own: the planner takes the table, mostly empty, to have one row, and a join would be planned so.
    with deleted as (
        delete from freshet.study_changes as c where c.change_id = any (chosen_changes) returning c.*
    )
    select array_agg(d::freshet.study_changes), count(*), count(distinct d.user_id)
    into taken, changes_count, users_count
    from deleted as d;
    failed_count := 0;

    insert into freshet.days_to_aggregate (user_id, stat_date)
    select distinct c.user_id, c.changed_on from unnest(taken) as c where c.changed_on is not null
    on conflict do nothing;

    begin
        perform freshet.recompute_changed(taken);
        return;
    exception
        when others then
            if freshet.is_passing(sqlstate) then
                raise;
            end if;
    end;

    for changed_user in select u from unnest(chosen) as u loop
        begin
            perform freshet.recompute_changed(array(select c from unnest(taken) as c where c.user_id = changed_user));
        exception
            when others then
                if freshet.is_passing(sqlstate) then
                    raise;
                end if;
                failure := format('%s (%s)', sqlerrm, sqlstate);
                failed_count := failed_count + 1;
                insert into freshet.study_changes (user_id, topic_id, question_id, error)
                select distinct c.user_id, c.topic_id, c.question_id, failure
                from unnest(taken) as c
                where c.user_id = changed_user;
        end;
    end loop;
end
$$;

revoke all on function freshet.fold_study_changes(integer, bigint, integer) from public, anon, authenticated;

comment on function freshet.fold_study_changes(integer, bigint, integer) is
    'Takes the oldest changes (at most change_limit, of at most user_limit users: of those who have the oldest ones up to up_to_change, later ones too) and recomputes reviews and mastery of what changed. Returns how many changes it took, of how many users, and of how many users it failed.';

-- packs/study/schema/forget_user.sql

-- Object: freshet.forget_user(), public.forget_user()
-- Why: the right to erasure. Every figure of the pack belongs to one user (topics have no totals over users), so that
--      nothing has to be recomputed for others.
-- Why two locks: jobs recompute users one transaction at a time, and none may write a user's figures from answers that are
--      being erased; and tracking in progress has to end first, or its events would be committed after the erasure that
--      did not see them.
create function freshet.forget_user(user_id text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    forgotten constant text := forget_user.user_id;
    pseudonym text;
    erasure bigint;
    relation text;
    changed bigint;
    counts jsonb := jsonb_build_object();
begin
    if forgotten is null or forgotten = '' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot forget the user %s', coalesce(quote_literal(forgotten), 'null')),
            hint = 'Give the id of the user, as it stands in the claim sub of the user''s token.';
    end if;
    perform freshet.take_lock(forgotten);
    perform pg_advisory_xact_lock(hashtextextended('freshet.study_jobs', 0));

    pseudonym := freshet.user_hash(forgotten);
    insert into freshet.erasures (user_hash, user_id, erased_at)
    values (pseudonym, forgotten, clock_timestamp())
    returning erasure_id into erasure;

    -- Notes of changes come last: deleting answers makes some.
    foreach relation in array array[
        'public.study_events', 'freshet.study_event_keys', 'public.question_attempts', 'public.study_sessions',
        'public.material_interactions', 'analytics.question_reviews', 'analytics.topic_mastery', 'analytics.topic_daily_stats',
        'analytics.daily_user_stats', 'analytics.user_learning_metrics', 'analytics.knowledge_gaps',
        'freshet.days_to_aggregate', 'freshet.study_changes'
    ] loop
        execute format('delete from %s as t where t.user_id = $1', relation) using forgotten;
        get diagnostics changed = row_count;
        counts := counts || jsonb_build_object(relation, changed);
    end loop;

    -- A batch that is not finished goes on after the user before.
    update analytics.study_batches as b
    set last_user_id = case
        when b.finished_at is null then (select max(m.user_id) from analytics.topic_mastery as m where m.user_id < forgotten)
    end
    where b.last_user_id = forgotten;

    -- That rows were read stays on record, and who read and whose they were is a hash from now on.
    update analytics.access_log as a
    set
        reader_id = case when a.reader_id = forgotten then pseudonym else a.reader_id end,
        person_id = case when a.person_id = forgotten then pseudonym else a.person_id end
    where a.reader_id = forgotten or a.person_id = forgotten;
    get diagnostics changed = row_count;
    counts := counts || jsonb_build_object('analytics.access_log', changed);

    update freshet.erasures as e
    set user_id = null, rows_count = (select sum(c.value::bigint) from jsonb_each_text(counts) as c)
    where e.erasure_id = erasure;
    return counts;
end
$$;

create function public.forget_user(user_id text)
returns jsonb
language sql
set search_path = pg_catalog, pg_temp
set statement_timeout = '2min'
set lock_timeout = '1min'
as $$
select freshet.forget_user(forget_user.user_id)
$$;

revoke all on function freshet.forget_user(text) from public, anon, authenticated;

grant execute on function freshet.forget_user(text) to service_role;

revoke all on function public.forget_user(text) from public, anon, authenticated;

grant execute on function public.forget_user(text) to service_role;

comment on function freshet.forget_user(text) is 'Erases a user. Called through public.forget_user.';

comment on function public.forget_user(text) is
    'Erases everything that the study pack holds of a user (service role only), and replaces the user''s id in analytics.access_log by a hash. Returns an object: for each table, how many rows were deleted, or changed in the log. Events from before the erasure that arrive later are refused. May be called again, and while a batch runs. 22023 for an empty id; 57014 after two minutes, 55P03 after one minute of waiting for a job: then nothing was erased, call again.';

-- packs/study/schema/has_long_number.sql

-- Object: freshet.has_long_number()
-- Why: jsonb keeps 1e131071 in a few bytes, and writes it as 131,072 digits: a batch of 60 kB was a text of a gigabyte. What
--      comes from a client is looked through before anything writes it out.
create function freshet.has_long_number(value jsonb)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    return exists (
        select from jsonb_path_query(value, 'strict $.** ? (@.type() == "number")') as n
        where n::numeric >= 1e1000 or n::numeric <= -1e1000 or scale(n::numeric) > 1000
    );
exception
    -- Nested deeper than the stack: it may have one.
    when statement_too_complex then
        return true;
end
$$;

revoke all on function freshet.has_long_number(jsonb) from public, anon, authenticated, service_role;

comment on function freshet.has_long_number(jsonb) is
    'Whether a number anywhere in it has more than 1000 digits before or after its point, or it is nested too deeply to tell.';

-- packs/study/schema/is_study_batch_due.sql

-- Object: freshet.is_study_batch_due()
-- Why: the job of every minute goes on with a batch that was interrupted, and begins one whose night was missed. It leaves
--      the first ten minutes of the day to the nightly job.
create function freshet.is_study_batch_due()
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (select b.finished_at is null from analytics.study_batches as b where b.stat_date = n.at::date - 1),
        n.at::time >= '00:10'
    )
    from (select now() at time zone 'UTC' as at) as n;
$$;

revoke all on function freshet.is_study_batch_due() from public, anon, authenticated;

comment on function freshet.is_study_batch_due() is
    'Whether the batch that closes yesterday (UTC) is not finished, or did not begin by 00:10.';

-- packs/study/schema/knowledge_gaps.sql

-- Object: analytics.knowledge_gaps
-- Grain: one row per user and topic, the 50 most urgent topics of each user
-- Reads: public.topics, freshet.prerequisite_impacts, analytics.topic_mastery, analytics.topic_daily_stats
-- Serves: /analytics/study/gaps
-- Why: priority_score = gap_score * 3.0 + board_exam_weight * 2.0 + prerequisite_impact * 1.0 + recent_failure_rate * 1.5.
--      Each term stands beside the score.
create table analytics.knowledge_gaps (
    user_id text not null,
    topic_id uuid not null,
    priority_score numeric not null,
    gap_score numeric not null check (gap_score between 0 and 1),
    board_exam_weight numeric not null check (board_exam_weight between 0 and 10),
    prerequisite_impact integer not null check (prerequisite_impact >= 0),
    recent_failure_rate numeric not null check (recent_failure_rate between 0 and 1),
    calculated_at timestamptz not null,
    calculation_version text not null,
    primary key (user_id, topic_id)
);

create index ix_knowledge_gaps_user_priority on analytics.knowledge_gaps (user_id, priority_score desc, topic_id);

alter table analytics.knowledge_gaps enable row level security;

revoke all on table analytics.knowledge_gaps from public, anon, authenticated;

comment on table analytics.knowledge_gaps is 'What to learn next, written by the nightly batch.';

comment on column analytics.knowledge_gaps.gap_score is '1 - mastery_score; 1 for a topic without a row in topic_mastery.';

comment on column analytics.knowledge_gaps.prerequisite_impact is
    'How many other topics have this one as a prerequisite, directly or through others. In a circle each topic counts once.';

comment on column analytics.knowledge_gaps.recent_failure_rate is 'Share of wrong answers in the topic in the 14 UTC days that end on the day of the batch; 0 without answers.';

-- packs/study/schema/make_study_months.sql

-- Object: analytics.make_study_months()
-- Why: one job keeps the months of the log. Late events are accepted for two years, so that the months of two years exist;
--      three months ahead are enough, because the audit reports a job that fails within the day.
create function analytics.make_study_months()
returns integer
language sql
set search_path = pg_catalog, pg_temp
as $$
select analytics.make_study_partitions((t.today - interval '2 years')::date, (t.today + interval '3 months')::date)
from (select (now() at time zone 'UTC')::date as today) as t
$$;

revoke all on function analytics.make_study_months() from public, anon, authenticated;

comment on function analytics.make_study_months() is
    'Makes the partitions of public.study_events from the month two years ago to three months ahead. Returns how many it made. Idempotent.';

-- packs/study/schema/make_study_partitions.sql

-- Object: analytics.make_study_partitions()
-- Why: a month needs its partition before events arrive, or its events wait in the default partition; see
--      public.study_events.
-- Why detached: the log's trigger refuses to delete. Detached for a moment, the default partition has no such trigger, so
--      that no exception has to be made in the trigger for rows that move to their month.
create function analytics.make_study_partitions(from_on date, to_on date)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    month_start date;
    from_at timestamptz;
    to_at timestamptz;
    partition_name text;
    is_detached boolean := false;
    made_count integer := 0;
begin
    if from_on is null or to_on is null or to_on < from_on or to_on - from_on > 18300 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('cannot make partitions from %s to %s', coalesce(from_on::text, 'null'), coalesce(to_on::text, 'null')),
            hint = 'Give two days in order, at most 50 years apart: every month between them is made, both included.';
    end if;
    -- Two callers at once would make the same month.
    perform pg_advisory_xact_lock(hashtextextended('freshet.study_partitions', 0));

    for month_start in
        select m::date from generate_series(date_trunc('month', from_on::timestamp), to_on::timestamp, interval '1 month') as m
    loop
        partition_name := to_char(month_start, '"study_events_y"YYYY"m"MM');
        -- Reads the catalogue itself: the cache behind to_regclass may be older than another caller's commit.
        continue when exists (
            select from pg_catalog.pg_class as c
            where c.relnamespace = 'public'::regnamespace and c.relname = partition_name
        );
        from_at := month_start::timestamp at time zone 'UTC';
        to_at := (month_start + interval '1 month') at time zone 'UTC';

        -- Locks the whole table: a writer already routed to the default partition would be refused there.
        if made_count = 0 then
            lock table public.study_events in access exclusive mode;
        end if;
        execute format('create table public.%I (like public.study_events including all)', partition_name);
        execute format('alter table public.%I enable row level security', partition_name);
        execute format('revoke all on table public.%I from public, anon, authenticated, service_role', partition_name);
        if exists (select from public.study_events_default as d where d.created_at >= from_at and d.created_at < to_at) then
            if not is_detached then
                alter table public.study_events detach partition public.study_events_default;
                is_detached := true;
            end if;
            execute format(
                'with moved as (delete from public.study_events_default where created_at >= %1$L and created_at < %2$L returning *) '
                'insert into public.%3$I select * from moved',
                from_at, to_at, partition_name
            );
        end if;
        execute format(
            'alter table public.study_events attach partition public.%I for values from (%L) to (%L)',
            partition_name, from_at, to_at
        );
        -- Row triggers come with the attachment, those of statements do not.
        execute format(
            'create trigger %I before truncate on public.%I for each statement execute function freshet.refuse_event_change()',
            partition_name || '_is_not_truncated', partition_name
        );
        made_count := made_count + 1;
    end loop;

    if is_detached then
        alter table public.study_events attach partition public.study_events_default default;
    end if;
    return made_count;
end
$$;

revoke all on function analytics.make_study_partitions(date, date) from public, anon, authenticated;

comment on function analytics.make_study_partitions(date, date) is
    'Makes the partition of public.study_events for every month between two days, both included, and moves events there that waited in the default partition. Returns how many it made. Idempotent. Readers and writers wait while a month is made, not when all exist already: set a lock_timeout.';

-- packs/study/schema/mastery_score.sql

-- Object: freshet.mastery_score()
-- Why: the weights of the documented formula, in one place.
create function freshet.mastery_score(
    first_attempt_accuracy numeric,
    overall_accuracy numeric,
    retrieval_strength numeric,
    material_completion numeric
)
returns numeric
language plpgsql
immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    return round(
        0.30 * first_attempt_accuracy
        + 0.20 * overall_accuracy
        + 0.30 * retrieval_strength
        + 0.20 * material_completion,
        6
    );
end
$$;

revoke all on function freshet.mastery_score(numeric, numeric, numeric, numeric) from public, anon, authenticated;

comment on function freshet.mastery_score(numeric, numeric, numeric, numeric) is
    'Mastery of a topic, 0 to 1, from its four terms, each 0 to 1. Rounded to 6 decimals.';

-- packs/study/schema/network_of_request.sql

-- Object: freshet.network_of_request()
-- Why: an address is personal data; its network says as much as reports may know. The address is taken by the rule of
--      the HTTP functions' limits (shared/http/request/client_address.ts): the header that the edge sets itself, else
--      the last hop, which no caller can set.
create function freshet.network_of_request()
returns cidr
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    headers constant jsonb := nullif(current_setting('request.headers', true), '')::jsonb;
    hops constant text := coalesce(headers ->> 'cf-connecting-ip', headers ->> 'x-forwarded-for');
    -- An IPv4 address in the notation of IPv6 is that IPv4 address.
    hop constant text := regexp_replace(lower(btrim(substring(hops from '[^,]*$'))), '^::ffff:(?=[0-9.]+$)', '');
begin
    if hop !~ '^[0-9a-f.:]{2,45}$' then
        return null;
    end if;
    return network(set_masklen(hop::inet, case when hop ~ ':' then 48 else 24 end));
exception
    -- An event counts without its network.
    when data_exception then
        return null;
end
$$;

revoke all on function freshet.network_of_request() from public, anon, authenticated, service_role;

comment on function freshet.network_of_request() is
    'The network of the client of this request: IPv4 /24, IPv6 /48; null where no header has an address.';

-- packs/study/schema/old_study_partitions.sql

-- Object: freshet.old_study_partitions()
-- Why: by their bounds and not by their names, so that a partition of a year that a project attached is dropped too.
create function freshet.old_study_partitions()
returns table (partition regclass, from_at timestamptz, to_at timestamptz)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
select b.partition, b.from_at, b.to_at
from (
    select
        i.inhrelid::regclass as partition,
        substring(pg_get_expr(c.relpartbound, c.oid) from $b$FROM \('([^']+)'\)$b$)::timestamptz as from_at,
        substring(pg_get_expr(c.relpartbound, c.oid) from $b$TO \('([^']+)'\)$b$)::timestamptz as to_at
    from pg_catalog.pg_inherits as i
    join pg_catalog.pg_class as c on c.oid = i.inhrelid
    where i.inhparent = 'public.study_events'::regclass
) as b
-- In UTC: by the session's zone, two years before a leap day would depend on where it is.
where b.to_at <= ((now() at time zone 'UTC') - interval '2 years') at time zone 'UTC'
order by b.to_at
$$;

revoke all on function freshet.old_study_partitions() from public, anon, authenticated;

comment on function freshet.old_study_partitions() is
    'Partitions of public.study_events that ended two years ago or earlier, the oldest first. from_at is null for one without a lower bound.';

-- packs/study/schema/prerequisite_closure.sql

-- Object: freshet.prerequisite_closure()
-- Why: how many topics rest on a topic, directly or through others, is needed for the urgency of its gap. A curriculum of
--      1,000 topics has up to a million such pairs. A recursive query would keep all of them; this keeps a bit for each,
--      and its cost does not depend on how long the chains are (Warshall 1962). A circle ends it no less than a chain.
create function freshet.prerequisite_closure()
returns table (topic_id uuid, prerequisite_impact integer, cycle_id uuid)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Topics that occur in a prerequisite; the others have an impact of 0.
    ids constant uuid[] := array(
        select p.topic_id from public.topic_prerequisites as p
        union
        select p.prerequisite_topic_id from public.topic_prerequisites as p
        order by 1
    );
    topic_count constant integer := cardinality(ids);
    -- For each topic, one bit for each topic that has it as a prerequisite.
    dependents bit varying[] := array_fill(repeat('0', topic_count)::bit varying, array[topic_count]);
    edge record;
begin
    for edge in
        select b.place::integer as before, a.place::integer as after
        from public.topic_prerequisites as p
        join unnest(ids) with ordinality as b (id, place) on b.id = p.prerequisite_topic_id
        join unnest(ids) with ordinality as a (id, place) on a.id = p.topic_id
    loop
        dependents[edge.before] := set_bit(dependents[edge.before]::bit varying, edge.after - 1, 1);
    end loop;

    for through in 1 .. topic_count loop
        for before in 1 .. topic_count loop
            if get_bit(dependents[before], through - 1) = 1 then
                dependents[before] := dependents[before] | dependents[through];
            end if;
        end loop;
    end loop;

    return query
    select
        t.id,
        bit_count(t.dependents)::integer - t.is_in_circle,
        -- Topics of one circle, and no others, have the same dependents and are among them.
        case when t.is_in_circle = 1 then first_value(t.id) over (partition by t.is_in_circle, t.dependents order by t.id) end
    from (
        select i.id, d.dependents, get_bit(d.dependents, i.place::integer - 1) as is_in_circle
        from unnest(ids) with ordinality as i (id, place)
        join unnest(dependents) with ordinality as d (dependents, place) on d.place = i.place
    ) as t;
end
$$;

revoke all on function freshet.prerequisite_closure() from public, anon, authenticated;

comment on function freshet.prerequisite_closure() is
    'For each topic that occurs in a prerequisite: how many other topics have it as a prerequisite, directly or through others, and the least topic id of its circle (null if it is in none). Fractions of a second for 1,000 topics.';

-- packs/study/schema/prerequisite_impacts.sql

-- Object: freshet.prerequisite_impacts
-- Grain: one row per topic that occurs in a prerequisite
-- Reads: freshet.prerequisite_closure()
-- Why: the same for all users, so computed once for each batch and not for each user.
create table freshet.prerequisite_impacts (
    topic_id uuid primary key,
    prerequisite_impact integer not null check (prerequisite_impact >= 0),
    cycle_id uuid
);

revoke all on table freshet.prerequisite_impacts from public, anon, authenticated, service_role;

comment on table freshet.prerequisite_impacts is
    'How many topics rest on a topic, as of the begin of the latest batch. A topic without a row has 0.';

-- packs/study/schema/properties_fault.sql

-- Object: freshet.properties_fault()
-- Why: properties are the one place of an event where a client chooses the keys, so what they may hold is a closed
--      shape in which neither a sentence nor an e-mail address fits.
-- Why keys by words: a harmless value today is a name tomorrow. file_name is refused with the others: files are called
--      after people.
create function freshet.properties_fault(properties jsonb, out code text, out detail text)
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    personal_key constant text :=
        'email|birth|(user|first|last|full|nick|sur|fore)name|(name|mail)s?$'
        || '|(^|[_0-9])(mails?|names?|dob|born|phones?|tel|telephone|address|addresses|street|zip|postcode|ssn|passport|iban'
        || '|ip|password|user_?agent)($|[_0-9])';
    -- A day with year, month and day in either order, an IP address, a telephone number, anything with an @.
    personal_text constant text :=
        '(^|\D)(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])($|\D)'
        || '|(^|\D)(19|20)\d\d([-/.])(0?[1-9]|1[0-2])\8(0?[1-9]|[12]\d|3[01])($|\D)'
        || '|(^|\D)(0?[1-9]|[12]\d|3[01])([-/.])(0?[1-9]|[12]\d|3[01])\14(19|20)\d\d($|\D)'
        || '|^([0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}$|^[0-9a-fA-F:]*::[0-9a-fA-F:.]*$'
        || '|^(\d{1,3}\.){3}\d{1,3}$|^\+[0-9./-]{6,}$|@';
    day_number constant text := '^(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(\.0+)?$';
    plain_text constant text := '^[A-Za-z0-9_.:/+-]{0,100}$';
    key text;
    value jsonb;
    element jsonb;
    written text;
begin
    if jsonb_typeof(properties) <> 'object' then
        code := 'invalid_properties';
        detail := format('"properties" is a JSON %s, and has to be an object', jsonb_typeof(properties));
        return;
    end if;
    if octet_length(properties::text) > 2048 then
        code := 'invalid_properties';
        detail := format('"properties" has %s bytes, and at most 2048 are accepted', octet_length(properties::text));
        return;
    end if;
    if (select count(*) from jsonb_object_keys(properties)) > 20 then
        code := 'invalid_properties';
        detail := format('"properties" has %s keys, and at most 20 are accepted', (select count(*) from jsonb_object_keys(properties)));
        return;
    end if;
    for key, value in select p.key, p.value from jsonb_each(properties) as p loop
        if lower(key) ~ personal_key then
            code := 'personal_data';
            detail := format('the property "%s" is called like personal data', left(key, 60));
            return;
        end if;
        if key !~ '^[a-z][a-z0-9_]{0,39}$' then
            code := 'invalid_properties';
            detail := format('the property "%s" has to be called in lower case letters, digits and _, at most 40', left(key, 60));
            return;
        end if;
        if jsonb_typeof(value) = 'array' and jsonb_array_length(value) > 20 then
            code := 'invalid_properties';
            detail := format('the property "%s" has %s elements, and at most 20 are accepted', key, jsonb_array_length(value));
            return;
        end if;
        for element in
            select e from jsonb_array_elements(case jsonb_typeof(value) when 'array' then value else jsonb_build_array(value) end) as e
        loop
            written := element #>> '{}';
            if jsonb_typeof(element) in ('object', 'array') then
                code := 'invalid_properties';
                detail := format('the property "%s" is nested, and properties are flat', key);
                return;
            end if;
            if jsonb_typeof(element) = 'string' and written ~ personal_text
                or jsonb_typeof(element) = 'number' and written ~ day_number
            then
                -- The value is not repeated: it would be in the logs of every client.
                code := 'personal_data';
                detail := format('the property "%s" has a value like a day, a telephone number, an address or an e-mail', key);
                return;
            end if;
            if jsonb_typeof(element) = 'string' and written !~ plain_text then
                code := 'invalid_properties';
                detail := format(
                    'the property "%s" has a text of %s characters, and at most 100 letters, digits and _.:/+- are accepted',
                    key, char_length(written)
                );
                return;
            end if;
            if jsonb_typeof(element) = 'number' and abs(written::numeric) >= 1e15 then
                code := 'invalid_properties';
                detail := format('the property "%s" is %s, and numbers are below 1e15', key, left(written, 40));
                return;
            end if;
        end loop;
    end loop;
end
$$;

revoke all on function freshet.properties_fault(jsonb) from public, anon, authenticated, service_role;

comment on function freshet.properties_fault(jsonb) is
    'What is wrong with the properties of an event: invalid_properties or personal_data, and a sentence; nulls if nothing is.';

-- packs/study/schema/question_reviews.sql

-- Object: analytics.question_reviews
-- Grain: one row per user and question that the user has answered
-- Reads: public.question_attempts
-- Serves: /analytics/study/reviews/due, /analytics/study/questions/history
-- Why: the state of spaced repetition after all answers to a question in the order of their time. It is computed from
--      the answers, never from its former self: late and repeated answers make no difference.
create table analytics.question_reviews (
    user_id text not null,
    question_id uuid not null,
    topic_id uuid not null,
    attempts_count integer not null,
    correct_count integer not null,
    is_first_correct boolean not null,
    easiness_factor numeric not null check (easiness_factor >= 1.3),
    repetition integer not null check (repetition >= 1),
    interval_days integer not null check (interval_days >= 1),
    reviewed_at timestamptz not null,
    last_answered_at timestamptz not null,
    due_on date not null,
    calculated_at timestamptz not null default now(),
    calculation_version text not null,
    primary key (user_id, question_id)
);

create index ix_question_reviews_user_topic on analytics.question_reviews (user_id, topic_id);

create index ix_question_reviews_user_due on analytics.question_reviews (user_id, due_on);

alter table analytics.question_reviews enable row level security;

revoke all on table analytics.question_reviews from public, anon, authenticated;

comment on table analytics.question_reviews is 'SM-2 after all answers of a user to a question.';

comment on column analytics.question_reviews.topic_id is 'The topic of the last answer.';

comment on column analytics.question_reviews.repetition is 'n of I(n). A failure starts again with I(1), so the next successful answer has I(2).';

comment on column analytics.question_reviews.interval_days is 'I(n) in days, at most 36500.';

comment on column analytics.question_reviews.reviewed_at is 'The last answer that counted for SM-2: the first of its UTC day.';

comment on column analytics.question_reviews.due_on is 'UTC day of reviewed_at plus interval_days.';

-- packs/study/schema/reading_changed.sql

-- Object: freshet.reading_changed()
-- Why: progress in a material changes the mastery of the material's topic.
create function freshet.reading_changed()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op <> 'DELETE' then
        insert into freshet.study_changes (user_id, topic_id)
        select distinct n.user_id, m.topic_id
        from new_rows as n
        join public.study_materials as m on m.id = n.material_id;
    end if;
    if tg_op <> 'INSERT' then
        insert into freshet.study_changes (user_id, topic_id)
        select distinct o.user_id, m.topic_id
        from old_rows as o
        join public.study_materials as m on m.id = o.material_id;
    end if;
    return null;
end
$$;

revoke all on function freshet.reading_changed() from public, anon, authenticated;

comment on function freshet.reading_changed() is 'Statement trigger of public.material_interactions.';

-- packs/study/schema/reading_study_activity.sql

-- Object: freshet.reading_study_activity() and its row type
-- Grain: one row per user and UTC day with activity, of the days that end today
-- Reads: analytics.daily_user_stats
-- Serves: /analytics/study/activity
create type freshet.study_activity_row as (
    user_id text,
    stat_date date,
    events_count integer,
    sessions_count integer,
    study_seconds bigint,
    questions_attempted integer,
    questions_correct integer,
    accuracy_rate numeric,
    avg_time_to_answer_seconds numeric,
    materials_viewed integer,
    topics_count integer
);

create function freshet.reading_study_activity(asked jsonb)
returns setof freshet.study_activity_row
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        d.user_id, d.stat_date, d.events_count, d.sessions_count, d.study_seconds,
        d.questions_attempted, d.questions_correct, d.accuracy_rate, d.avg_time_to_answer_seconds,
        d.materials_viewed, d.topics_count
    from analytics.daily_user_stats as d
    where d.user_id = asked ->> 'person'
        and d.stat_date > (asked ->> 'today')::date - (asked #>> '{params,days}')::integer
        and d.stat_date <= (asked ->> 'today')::date;
$$;

revoke all on function freshet.reading_study_activity(jsonb) from public, anon, authenticated;

comment on function freshet.reading_study_activity(jsonb) is 'Days with activity among the days up to today. Idempotent.';

-- packs/study/schema/reading_study_reviews_due.sql

-- Object: freshet.reading_study_reviews_due() and its row type
-- Grain: one row per question that is due by the end of the period asked about
-- Reads: analytics.question_reviews, public.topics
-- Serves: /analytics/study/reviews/due
create type freshet.study_reviews_due_row as (
    user_id text,
    question_id uuid,
    topic_id uuid,
    topic_name text,
    due_on date,
    overdue_days integer,
    interval_days integer,
    repetition integer,
    easiness_factor numeric,
    last_answered_at timestamptz
);

create function freshet.reading_study_reviews_due(asked jsonb)
returns setof freshet.study_reviews_due_row
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        r.user_id, r.question_id, r.topic_id, t.name, r.due_on,
        greatest((asked ->> 'today')::date - r.due_on, 0),
        r.interval_days, r.repetition, r.easiness_factor, r.last_answered_at
    from analytics.question_reviews as r
    join public.topics as t on t.id = r.topic_id
    where r.user_id = asked ->> 'person'
        and r.due_on <= (asked ->> 'today')::date + (asked #>> '{params,days_ahead}')::integer;
$$;

revoke all on function freshet.reading_study_reviews_due(jsonb) from public, anon, authenticated;

comment on function freshet.reading_study_reviews_due(jsonb) is 'Questions whose next review is today, was before, or is within some days. Idempotent.';

-- packs/study/schema/reading_study_sessions.sql

-- Object: freshet.reading_study_sessions() and its row type
-- Grain: one row per session of the days that end today
-- Reads: analytics.study_session_list
-- Serves: /analytics/study/sessions
create type freshet.study_sessions_row as (
    session_id text,
    user_id text,
    started_on date,
    started_at timestamptz,
    last_event_at timestamptz,
    ended_at timestamptz,
    study_seconds bigint,
    events_count integer,
    questions_attempted integer,
    questions_correct integer,
    materials_viewed integer,
    device_type text
);

create function freshet.reading_study_sessions(asked jsonb)
returns setof freshet.study_sessions_row
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        s.session_id, s.user_id, s.started_on, s.started_at, s.last_event_at, s.ended_at, s.study_seconds,
        s.events_count, s.questions_attempted, s.questions_correct, s.materials_viewed, s.device_type
    from analytics.study_session_list as s
    where s.user_id = asked ->> 'person'
        and s.started_at >= ((asked ->> 'today')::date - (asked #>> '{params,days}')::integer + 1)::timestamp at time zone 'UTC';
$$;

revoke all on function freshet.reading_study_sessions(jsonb) from public, anon, authenticated;

comment on function freshet.reading_study_sessions(jsonb) is 'Sessions that began on the days up to today. Idempotent.';

-- packs/study/schema/recompute_knowledge_gaps.sql

-- Object: freshet.recompute_knowledge_gaps()
-- Why: every topic of the curriculum may be a gap, also one that the user has never met. The 50 most urgent are kept: a
--      learner acts on a handful, and the table does not grow with the curriculum.
create function freshet.recompute_knowledge_gaps(user_ids text[], as_of_date date)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    delete from analytics.knowledge_gaps as g where g.user_id = any (user_ids);

    insert into analytics.knowledge_gaps (
        user_id, topic_id, priority_score, gap_score, board_exam_weight, prerequisite_impact, recent_failure_rate,
        calculated_at, calculation_version
    )
    select
        u.user_id, g.topic_id, g.priority_score, g.gap_score, g.board_exam_weight, g.prerequisite_impact,
        round(g.recent_failure_rate, 6), now(), freshet.study_version()
    from unnest(user_ids) as u (user_id)
    cross join lateral (
        select
            p.*,
            round(
                p.gap_score * 3.0 + p.board_exam_weight * 2.0 + p.prerequisite_impact * 1.0 + p.recent_failure_rate * 1.5, 6
            ) as priority_score
        from (
            select
                t.id as topic_id,
                1 - coalesce(m.mastery_score, 0) as gap_score,
                t.board_exam_weight,
                coalesce(i.prerequisite_impact, 0) as prerequisite_impact,
                coalesce(f.failure_rate, 0) as recent_failure_rate
            from public.topics as t
            left join freshet.prerequisite_impacts as i on i.topic_id = t.id
            left join analytics.topic_mastery as m on m.topic_id = t.id and m.user_id = u.user_id
            left join (
                select d.topic_id, 1 - sum(d.questions_correct)::numeric / sum(d.questions_attempted) as failure_rate
                from analytics.topic_daily_stats as d
                where d.user_id = u.user_id
                    and d.stat_date > recompute_knowledge_gaps.as_of_date - 14
                    and d.stat_date <= recompute_knowledge_gaps.as_of_date
                group by d.topic_id
            ) as f on f.topic_id = t.id
        ) as p
        order by priority_score desc, p.topic_id
        limit 50
    ) as g
    where exists (select from analytics.user_learning_metrics as l where l.user_id = u.user_id);
$$;

revoke all on function freshet.recompute_knowledge_gaps(text[], date) from public, anon, authenticated;

comment on function freshet.recompute_knowledge_gaps(text[], date) is
    'Computes the gaps of these users from their mastery, the curriculum and their answers of the 14 days that end on as_of_date. After freshet.recompute_user_learning_metrics: a user without a row there has no gaps. Idempotent.';

-- packs/study/schema/recompute_question_reviews.sql

-- Object: freshet.recompute_question_reviews()
-- Why: the state of spaced repetition is computed from all answers to the question, so late, repeated and deleted answers
--      make no difference.
-- Why topics are returned: a question belongs to the topic of its last answer. When that changes, the mastery of both
--      topics does.
create function freshet.recompute_question_reviews(
    user_ids text[],
    question_ids uuid[],
    calculated_at timestamptz default now()
)
returns table (user_id text, topic_id uuid)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    with histories as materialized (
        select a.user_id, a.question_id, r.topic_id as former_topic_id, h.*
        from (
            select distinct u.user_id, u.question_id
            from unnest(user_ids, question_ids) as u (user_id, question_id)
            where u.question_id is not null
        ) as a
        left join analytics.question_reviews as r on r.user_id = a.user_id and r.question_id = a.question_id
        -- One look into the index for each question, in its order, however large the planner takes the table to be.
        cross join lateral (
            select
                (array_agg(t.topic_id order by t.attempted_at desc, t.event_id desc))[1] as topic_id,
                count(*) as attempts_count,
                count(*) filter (where t.is_correct) as correct_count,
                (array_agg(t.is_correct order by t.attempted_at, t.event_id))[1] as is_first_correct,
                array_agg(
                    freshet.answer_quality(t.is_correct, t.is_hint_used, t.time_to_answer_seconds)
                    order by t.attempted_at, t.event_id
                ) filter (where t.is_first_of_day) as qualities,
                max(t.attempted_at) filter (where t.is_first_of_day) as reviewed_at,
                max(t.attempted_at) as last_answered_at
            from (
                select
                    q.*,
                    lag((q.attempted_at at time zone 'UTC')::date) over (order by q.attempted_at, q.event_id)
                        is distinct from (q.attempted_at at time zone 'UTC')::date as is_first_of_day
                from public.question_attempts as q
                where q.user_id = a.user_id and q.question_id = a.question_id
            ) as t
        ) as h
    ), written as (
        insert into analytics.question_reviews as r (
            user_id, question_id, topic_id, attempts_count, correct_count, is_first_correct, easiness_factor, repetition,
            interval_days, reviewed_at, last_answered_at, due_on, calculated_at, calculation_version
        )
        select
            h.user_id, h.question_id, h.topic_id, h.attempts_count, h.correct_count, h.is_first_correct, s.easiness_factor,
            s.repetition, s.interval_days, h.reviewed_at, h.last_answered_at,
            (h.reviewed_at at time zone 'UTC')::date + s.interval_days,
            recompute_question_reviews.calculated_at, freshet.study_version()
        from histories as h
        cross join lateral freshet.sm2(h.qualities) as s
        where h.attempts_count > 0
        on conflict on constraint question_reviews_pkey do update
        set topic_id = excluded.topic_id,
            attempts_count = excluded.attempts_count,
            correct_count = excluded.correct_count,
            is_first_correct = excluded.is_first_correct,
            easiness_factor = excluded.easiness_factor,
            repetition = excluded.repetition,
            interval_days = excluded.interval_days,
            reviewed_at = excluded.reviewed_at,
            last_answered_at = excluded.last_answered_at,
            due_on = excluded.due_on,
            calculated_at = excluded.calculated_at,
            calculation_version = excluded.calculation_version
    ), removed as (
        delete from analytics.question_reviews as r
        using histories as h
        where r.user_id = h.user_id and r.question_id = h.question_id and h.attempts_count = 0
    )
    select h.user_id, h.former_topic_id from histories as h where h.former_topic_id is not null
    union
    select h.user_id, h.topic_id from histories as h where h.topic_id is not null;
end
$$;

revoke all on function freshet.recompute_question_reviews(text[], uuid[], timestamptz) from public, anon, authenticated;

comment on function freshet.recompute_question_reviews(text[], uuid[], timestamptz) is
    'Computes analytics.question_reviews of these users and questions (pairs: the n-th user with the n-th question) from their answers, and returns the users and topics whose mastery may have changed. Idempotent.';

-- packs/study/schema/recompute_topic_mastery.sql

-- Object: freshet.recompute_topic_mastery()
-- Why: the documented formula with each of its terms, from the questions' states and not from their answers: the cost
--      grows with the questions of a topic, not with its history.
-- Why rounding comes last: the score is computed from the exact terms; these are rounded for themselves.
create function freshet.recompute_topic_mastery(
    user_ids text[],
    topic_ids uuid[] default null,
    calculated_at timestamptz default now()
)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    written_count integer;
begin
    if recompute_topic_mastery.topic_ids is null then
        select array_agg(t.user_id), array_agg(t.topic_id)
        into recompute_topic_mastery.user_ids, recompute_topic_mastery.topic_ids
        from freshet.studied_topics(recompute_topic_mastery.user_ids) as t;
    end if;

    with terms as materialized (
        select
            a.user_id,
            a.topic_id,
            coalesce(n.first_correct_count::numeric / nullif(n.questions_count, 0), 0) as first_attempt_accuracy,
            coalesce(n.correct_count::numeric / n.attempts_count, 0) as overall_accuracy,
            freshet.retrieval_strength(
                extract(epoch from recompute_topic_mastery.calculated_at - n.last_answered_at) / 86400, n.stability_days
            ) as retrieval_strength,
            coalesce(m.progress_sum / m.materials_count, 0) as material_completion,
            n.questions_count,
            coalesce(n.attempts_count, 0) as attempts_count,
            coalesce(n.correct_count, 0) as correct_count,
            n.stability_days,
            n.last_answered_at,
            n.questions_count + m.readings_count > 0 as is_studied
        from (
            select distinct u.user_id, u.topic_id
            from unnest(recompute_topic_mastery.user_ids, recompute_topic_mastery.topic_ids) as u (user_id, topic_id)
            where u.topic_id is not null
        ) as a
        -- One look into each index for each topic, however large the planner takes the tables to be.
        cross join lateral (
            select
                count(*) as questions_count,
                sum(r.attempts_count) as attempts_count,
                sum(r.correct_count) as correct_count,
                count(*) filter (where r.is_first_correct) as first_correct_count,
                avg(r.interval_days) as stability_days,
                max(r.last_answered_at) as last_answered_at
            from analytics.question_reviews as r
            where r.user_id = a.user_id and r.topic_id = a.topic_id
        ) as n
        cross join lateral (
            select count(*) as materials_count, count(i.material_id) as readings_count, sum(i.progress_rate) as progress_sum
            from public.study_materials as m
            left join public.material_interactions as i on i.material_id = m.id and i.user_id = a.user_id
            where m.topic_id = a.topic_id
        ) as m
    ), removed as (
        delete from analytics.topic_mastery as t
        using terms as e
        where t.user_id = e.user_id and t.topic_id = e.topic_id and not e.is_studied
    ), written as (
        insert into analytics.topic_mastery as t (
            user_id, topic_id, mastery_score, first_attempt_accuracy, overall_accuracy, retrieval_strength,
            material_completion, questions_count, attempts_count, correct_count, stability_days, last_answered_at,
            calculated_at, calculation_version
        )
        select
            e.user_id, e.topic_id,
            freshet.mastery_score(e.first_attempt_accuracy, e.overall_accuracy, e.retrieval_strength, e.material_completion),
            round(e.first_attempt_accuracy, 6), round(e.overall_accuracy, 6), round(e.retrieval_strength, 6),
            round(e.material_completion, 6), e.questions_count, e.attempts_count, e.correct_count,
            round(e.stability_days, 6), e.last_answered_at, recompute_topic_mastery.calculated_at, freshet.study_version()
        from terms as e
        where e.is_studied
        on conflict on constraint ix_topic_mastery_user_topic do update
        set mastery_score = excluded.mastery_score,
            first_attempt_accuracy = excluded.first_attempt_accuracy,
            overall_accuracy = excluded.overall_accuracy,
            retrieval_strength = excluded.retrieval_strength,
            material_completion = excluded.material_completion,
            questions_count = excluded.questions_count,
            attempts_count = excluded.attempts_count,
            correct_count = excluded.correct_count,
            stability_days = excluded.stability_days,
            last_answered_at = excluded.last_answered_at,
            calculated_at = excluded.calculated_at,
            calculation_version = excluded.calculation_version
        returning t.user_id
    )
    select count(*) into written_count from written as w;
    return written_count;
end
$$;

revoke all on function freshet.recompute_topic_mastery(text[], uuid[], timestamptz) from public, anon, authenticated;

comment on function freshet.recompute_topic_mastery(text[], uuid[], timestamptz) is
    'Computes analytics.topic_mastery as of calculated_at of these users and topics (pairs: the n-th user with the n-th topic), or without topics of all topics of these users, and returns how many rows it wrote. A topic without an answer and without reading loses its row. Idempotent.';

-- packs/study/schema/recompute_user_learning_metrics.sql

-- Object: freshet.recompute_user_learning_metrics()
-- Why: a user's rolling figures are sums over at most 30 daily rows; the streak reads the days of the streak.
create function freshet.recompute_user_learning_metrics(user_ids text[], as_of_date date)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    delete from analytics.user_learning_metrics as m where m.user_id = any (user_ids);

    insert into analytics.user_learning_metrics (
        user_id, as_of_date, questions_attempted_7d, questions_attempted_30d, accuracy_rate_7d, accuracy_rate_30d,
        study_seconds_7d, study_seconds_30d, sessions_count_30d, active_days_30d, current_streak_days, avg_mastery_score,
        topics_started_count, topics_mastered_count, last_active_on, calculated_at, calculation_version
    )
    select
        u.user_id, recompute_user_learning_metrics.as_of_date,
        d.questions_attempted_7d, d.questions_attempted_30d,
        round(d.questions_correct_7d::numeric / nullif(d.questions_attempted_7d, 0), 6),
        round(d.questions_correct_30d::numeric / nullif(d.questions_attempted_30d, 0), 6),
        d.study_seconds_7d, d.study_seconds_30d, d.sessions_count_30d, d.active_days_30d,
        case
            when l.last_active_on = recompute_user_learning_metrics.as_of_date then l.last_active_on - s.began_on + 1
            else 0
        end,
        t.avg_mastery_score, t.topics_started_count, t.topics_mastered_count,
        l.last_active_on, now(), freshet.study_version()
    from unnest(user_ids) as u (user_id)
    cross join lateral (
        select
            coalesce(sum(v.questions_attempted) filter (where v.is_week), 0) as questions_attempted_7d,
            coalesce(sum(v.questions_correct) filter (where v.is_week), 0) as questions_correct_7d,
            coalesce(sum(v.study_seconds) filter (where v.is_week), 0) as study_seconds_7d,
            coalesce(sum(v.questions_attempted), 0) as questions_attempted_30d,
            coalesce(sum(v.questions_correct), 0) as questions_correct_30d,
            coalesce(sum(v.study_seconds), 0) as study_seconds_30d,
            coalesce(sum(v.sessions_count), 0) as sessions_count_30d,
            count(*) as active_days_30d
        from (
            select r.*, r.stat_date > recompute_user_learning_metrics.as_of_date - 7 as is_week
            from analytics.daily_user_stats as r
            where r.user_id = u.user_id
                and r.stat_date > recompute_user_learning_metrics.as_of_date - 30
                and r.stat_date <= recompute_user_learning_metrics.as_of_date
        ) as v
    ) as d
    left join lateral (
        select r.stat_date as last_active_on
        from analytics.daily_user_stats as r
        where r.user_id = u.user_id and r.stat_date <= recompute_user_learning_metrics.as_of_date
        order by r.stat_date desc
        limit 1
    ) as l on true
    left join lateral (
        -- The last active day without an active day before it: read backwards, so no further than the streak.
        select r.stat_date as began_on
        from analytics.daily_user_stats as r
        where r.user_id = u.user_id and r.stat_date <= l.last_active_on
            and not exists (
                select from analytics.daily_user_stats as b where b.user_id = r.user_id and b.stat_date = r.stat_date - 1
            )
        order by r.stat_date desc
        limit 1
    ) as s on l.last_active_on = recompute_user_learning_metrics.as_of_date
    cross join lateral (
        select
            round(avg(m.mastery_score), 6) as avg_mastery_score,
            count(*) as topics_started_count,
            count(*) filter (where m.mastery_score >= 0.8) as topics_mastered_count
        from analytics.topic_mastery as m
        where m.user_id = u.user_id
    ) as t
    where l.last_active_on is not null or t.topics_started_count > 0;
$$;

revoke all on function freshet.recompute_user_learning_metrics(text[], date) from public, anon, authenticated;

comment on function freshet.recompute_user_learning_metrics(text[], date) is
    'Computes the rolling figures of these users from their daily rows up to as_of_date and their mastery. A user with neither has no row. Idempotent.';

-- packs/study/schema/refuse_event_change.sql

-- Object: freshet.refuse_event_change()
-- Why: the log is immutable for every role, its owner included. The one way to delete events of a user is
--      public.forget_user(), which notes its transaction in freshet.erasures first.
create function freshet.refuse_event_change()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'DELETE' and exists (
        select from freshet.erasures as e
        where e.user_id = old.user_id and e.transaction_id = pg_current_xact_id()
    ) then
        return old;
    end if;
    raise exception using
        errcode = 'insufficient_privilege',
        message = format('study events are immutable: %s is refused', tg_op),
        hint = 'Report a correction as a new event. To erase a user: select public.forget_user(''<user id>''). Old months are dropped by the job drop-old-study-events.';
end
$$;

revoke all on function freshet.refuse_event_change() from public, anon, authenticated;

comment on function freshet.refuse_event_change() is
    'Trigger of public.study_events: refuses update, delete and truncate, except deletes of the transaction that erases the user.';

-- packs/study/schema/retrieval_strength.sql

-- Object: freshet.retrieval_strength()
-- Why: R = (1 + 19/81 * t/S)^-0.5, the power forgetting curve of FSRS-4.5 (open-spaced-repetition, "The Algorithm"): no
--      parameter is fitted to people, and R is 0.9 after S days. Written as one root of one quotient, which is exact
--      there: (1 + 19 t / (81 S))^-0.5 = sqrt(81 S / (81 S + 19 t)).
create function freshet.retrieval_strength(elapsed_days numeric, stability_days numeric)
returns numeric
language plpgsql
immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    return case
        when elapsed_days is null or stability_days is null then 0
        when elapsed_days <= 0 then 1
        else sqrt(81 * stability_days / (81 * stability_days + 19 * elapsed_days))
    end;
end
$$;

revoke all on function freshet.retrieval_strength(numeric, numeric) from public, anon, authenticated;

comment on function freshet.retrieval_strength(numeric, numeric) is
    'Probability, 0 to 1, of remembering after elapsed_days (fractions count) what has a stability of stability_days: 0.9 when both are equal, 0 if one is null (no answer yet).';

-- packs/study/schema/run_study_batch.sql

-- Object: analytics.run_study_batch()
-- Why: each step is a transaction of its own, so that a kill loses at most that step, and the next call goes on there.
-- Why a budget: the whole is one statement, and the platform cancels it after two minutes; from 84 seconds on the audit
--      warns of that (near_timeout). What is left is for the job of every minute, analytics.update_topic_mastery().
-- Why changes first: what was tracked shortly before midnight is still waiting to be folded.
-- Why no SET clause: a procedure with one may not commit. Instead each of its transactions begins with the search path.
create procedure analytics.run_study_batch(time_budget interval default '75 seconds', user_limit integer default 1000)
language plpgsql
as $$
declare
    last_change pg_catalog.int8;
    taken_count pg_catalog.int4;
    is_unfinished pg_catalog.bool;
begin
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    if freshet.begin_study_batch() is null then
        return;
    end if;
    -- What is written from now on does not keep the batch from its users.
    select max(c.change_id) into last_change from freshet.study_changes as c;
    loop
        commit;
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        if clock_timestamp() > statement_timestamp() + time_budget then
            return;
        end if;
        select f.changes_count into taken_count from freshet.fold_study_changes(up_to_change => last_change) as f;
        exit when taken_count = 0;
    end loop;
    loop
        is_unfinished := freshet.continue_study_batch(user_limit);
        commit;
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        exit when not is_unfinished or clock_timestamp() > statement_timestamp() + time_budget;
    end loop;
end
$$;

revoke all on procedure analytics.run_study_batch(interval, integer) from public, anon, authenticated;

comment on procedure analytics.run_study_batch(interval, integer) is
    'Runs the batch that closes yesterday (UTC), or goes on with it, user_limit users in each transaction, for at most about time_budget. Does nothing when it is finished. Progress is in analytics.study_batches.';

-- packs/study/schema/scope_study_people_of_caller.sql

-- Object: freshet.scope_study_people_of_caller()
-- Why: whose study analytics a teacher, a parent or a coach may read is for the project to say: this pack knows no
--      organisations. It lists nobody until a project replaces it, with a migration of its own:
--
--          create or replace function freshet.scope_study_people_of_caller(subject text)
--          returns setof text language sql stable set search_path = pg_catalog, pg_temp
--          as $$ select c.student_id from public.coachings as c where c.coach_id = subject $$;
--
-- Why no version: it is asked at each read of another person's rows, and no cache keeps such an answer. When a person is
--      taken off it, the next request for that person is refused, so it needs no analytics.register_live().
create function freshet.scope_study_people_of_caller(subject text)
returns setof text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select scope_study_people_of_caller.subject where false;
$$;

revoke all on function freshet.scope_study_people_of_caller(text) from public, anon, authenticated;

comment on function freshet.scope_study_people_of_caller(text) is
    'Scope relation study_people_of_caller: the people, beside the subject, whose study analytics the subject may read. Empty until a project replaces it.';

-- packs/study/schema/session_hash.sql

-- Object: freshet.session_hash()
-- Why: the log names a session by a hash, so that a row cannot be joined with logs that have the client's own id. The
--      user is part of what is hashed: two users with one session id have two sessions.
create function freshet.session_hash(user_id text, client_session_id text)
returns text
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    -- A JSON array has one reading: no other pair of texts makes the same bytes.
    select encode(
        extensions.hmac(
            convert_to(json_build_array('session', user_id, client_session_id)::text, 'UTF8'),
            convert_to(freshet.study_pepper(), 'UTF8'),
            'sha256'
        ),
        'hex'
    );
$$;

revoke all on function freshet.session_hash(text, text) from public, anon, authenticated, service_role;

comment on function freshet.session_hash(text, text) is
    'HMAC-SHA256, 64 hex digits, of user and client''s session id with the pepper in Vault.';

-- packs/study/schema/sessions_changed.sql

-- Object: freshet.sessions_changed()
-- Why: a session's time belongs to the day on which it began, and a late event may move its beginning: then both days
--      are out of date.
create function freshet.sessions_changed()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op <> 'DELETE' then
        insert into freshet.study_changes (user_id, changed_on)
        select distinct n.user_id, (n.started_at at time zone 'UTC')::date
        from new_rows as n;
    end if;
    if tg_op <> 'INSERT' then
        insert into freshet.study_changes (user_id, changed_on)
        select distinct o.user_id, (o.started_at at time zone 'UTC')::date
        from old_rows as o;
    end if;
    return null;
end
$$;

revoke all on function freshet.sessions_changed() from public, anon, authenticated;

comment on function freshet.sessions_changed() is 'Statement trigger of public.study_sessions.';

-- packs/study/schema/sm2.sql

-- Object: freshet.sm2()
-- Why: SM-2 as published in 1990 (P. A. Wozniak, super-memory.com/english/ol/sm2.htm), over all answers from the first:
--      the state depends on the answers only, not on when they became known.
--      I(1) = 1, I(2) = 6, I(n) = I(n-1) * EF, rounded up. EF starts at 2.5 and is never below 1.3.
--      EF' = EF + 0.1 - (5 - q) * (0.08 + (5 - q) * 0.02).
--      A quality below 3 starts again with I(1) and leaves EF as it is.
-- Why EF before its update: the text leaves open which of the two I(n) takes. This is the reading of most descriptions.
-- Why numeric: the ceiling of a float would sometimes be a day too high.
create function freshet.sm2(
    qualities integer[],
    out easiness_factor numeric,
    out repetition integer,
    out interval_days integer
)
language plpgsql
immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    longest_days constant integer := 36500;
    quality integer;
begin
    easiness_factor := 2.5;
    repetition := 0;
    foreach quality in array coalesce(qualities, '{}') loop
        if quality is null or quality not between 0 and 5 then
            raise exception using
                errcode = 'numeric_value_out_of_range',
                message = format('SM-2 has no quality %s', coalesce(quality::text, 'null')),
                hint = 'Qualities are the integers 0 to 5; see freshet.answer_quality().';
        end if;
        if quality < 3 then
            repetition := 1;
            interval_days := 1;
            continue;
        end if;
        repetition := repetition + 1;
        interval_days := case repetition
            when 1 then 1
            when 2 then 6
            else least(ceil(interval_days * easiness_factor), longest_days)
        end;
        easiness_factor := greatest(1.3, easiness_factor + 0.1 - (5 - quality) * (0.08 + (5 - quality) * 0.02));
    end loop;
end
$$;

revoke all on function freshet.sm2(integer[]) from public, anon, authenticated;

comment on function freshet.sm2(integer[]) is
    'State of SM-2 after answers of these qualities (0 to 5, oldest first): EF, n of I(n), and I(n) in days, at most 36500. Without answers: 2.5, 0, null.';

-- packs/study/schema/studied_topics.sql

-- Object: freshet.studied_topics()
-- Why: all topics of which a user may have a mastery: those with answers, with reading, and those that have a row now,
--      which may have to go.
create function freshet.studied_topics(user_ids text[])
returns table (user_id text, topic_id uuid)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select r.user_id, r.topic_id
    from analytics.question_reviews as r
    where r.user_id = any (studied_topics.user_ids)
    union
    select i.user_id, m.topic_id
    from public.material_interactions as i
    join public.study_materials as m on m.id = i.material_id
    where i.user_id = any (studied_topics.user_ids)
    union
    select t.user_id, t.topic_id
    from analytics.topic_mastery as t
    where t.user_id = any (studied_topics.user_ids);
end
$$;

revoke all on function freshet.studied_topics(text[]) from public, anon, authenticated;

comment on function freshet.studied_topics(text[]) is 'Users and topics that have, or have to have, a row in analytics.topic_mastery.';

-- packs/study/schema/study_batch_shortfall.sql

-- Object: freshet.study_batch_shortfall()
-- Why: a batch that succeeds and finds hardly anything means that events no longer arrive. It is compared with the
--      smallest of the last 14 nights, so that neither a weekend nor one large night before it (an import) makes an
--      ordinary night look small. Fewer than seven nights know no weekend: they say nothing.
create function freshet.study_batch_shortfall(stat_date date, days_count integer)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select format(
        '%s days of users were aggregated, expected at least half of %s, the smallest number of the last %s nights without an error',
        study_batch_shortfall.days_count, n.smallest, n.nights_count
    )
    from (
        select min(l.days_count) as smallest, count(*) as nights_count
        from (
            select b.days_count
            from analytics.study_batches as b
            where b.stat_date < study_batch_shortfall.stat_date and b.finished_at is not null and b.error is null
            order by b.stat_date desc
            limit 14
        ) as l
    ) as n
    where n.nights_count >= 7 and freshet.is_row_collapse(n.smallest, study_batch_shortfall.days_count);
$$;

revoke all on function freshet.study_batch_shortfall(date, integer) from public, anon, authenticated;

comment on function freshet.study_batch_shortfall(date, integer) is
    'What is wrong with a batch of this day that aggregated so many days of users; null if nothing is. By the rule of row_collapse: none, or less than half of at least 20.';

-- packs/study/schema/study_batches.sql

-- Object: analytics.study_batches
-- Grain: one row per nightly batch
-- Why: the ledger of the batch: how far it came, so that it goes on there after a crash, and what it found.
create table analytics.study_batches (
    stat_date date primary key,
    started_at timestamptz not null default now(),
    finished_at timestamptz,
    last_user_id text,
    users_count integer not null default 0,
    days_count integer not null default 0,
    cycles_count integer not null default 0,
    failed_count integer not null default 0,
    attempts_count integer not null default 1,
    error text
);

alter table analytics.study_batches enable row level security;

revoke all on table analytics.study_batches from public, anon, authenticated;

grant select on table analytics.study_batches to service_role;

comment on table analytics.study_batches is 'Nightly batches. stat_date is the day that the batch closes.';

comment on column analytics.study_batches.finished_at is 'Null while users remain.';

comment on column analytics.study_batches.last_user_id is 'Users are taken in the order of their ids; those up to this one are done.';

comment on column analytics.study_batches.days_count is 'Days of users that were aggregated.';

comment on column analytics.study_batches.cycles_count is 'Topics in circles of prerequisites; see analytics.topic_prerequisite_cycles.';

comment on column analytics.study_batches.failed_count is 'Users who could not be computed and keep the figures of an earlier night.';

comment on column analytics.study_batches.attempts_count is 'Runs that worked on the batch: more than one after a kill, or when it took longer than a run.';

comment on column analytics.study_batches.error is
    'What is wrong with the batch, read by analytics.check_study_batch(); null if nothing is. An operator who has judged it sets it to null.';

-- packs/study/schema/study_changes.sql

-- Object: freshet.study_changes
-- Grain: one row per statement that wrote, and user, question and day that it wrote about
-- Why: the log of what has to be recomputed. It is only appended to, so that no writer waits for another or for the job
--      that empties it; several rows about one thing are recomputed once.
create table freshet.study_changes (
    change_id bigint generated always as identity primary key,
    user_id text not null,
    topic_id uuid,
    question_id uuid,
    changed_on date,
    error text
);

create index study_changes_user_id_idx on freshet.study_changes (user_id);

revoke all on table freshet.study_changes from public, anon, authenticated, service_role;

comment on table freshet.study_changes is
    'What was written since analytics.update_topic_mastery() ran last. Emptied by that job.';

comment on column freshet.study_changes.question_id is 'The question whose answers changed; null if no answer did.';

comment on column freshet.study_changes.topic_id is 'The topic whose mastery changed; null if none did.';

comment on column freshet.study_changes.changed_on is 'The UTC day whose figures changed; null if none did.';

comment on column freshet.study_changes.error is
    'Why the last run of the job could not recompute this; null if none has tried. Each run tries it again.';

-- packs/study/schema/study_event_keys.sql

-- Object: freshet.study_event_keys
-- Grain: one row per accepted event
-- Why: an event is accepted once, however often it is delivered. A unique key of the partitioned log has to include
--      created_at, which may differ between two deliveries of one event (it is set back to the database's clock).
create table freshet.study_event_keys (
    user_id text not null,
    event_id uuid not null,
    created_at timestamptz not null,
    primary key (user_id, event_id)
);

create index study_event_keys_created_at_idx on freshet.study_event_keys using brin (created_at);

revoke all on table freshet.study_event_keys from public, anon, authenticated, service_role;

comment on table freshet.study_event_keys is 'Ids of accepted events; deleted with the month of their events.';

-- packs/study/schema/study_event_types.sql

-- Object: freshet.study_event_types()
-- Why: one closed list for the table's check and for tracking. A new type is a migration: reports never meet a type that
--      they do not know.
create function freshet.study_event_types()
returns text[]
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select array[
        'session_start', 'session_end',
        'question_view', 'question_attempt', 'hint_view', 'explanation_view',
        'material_open', 'material_progress', 'material_complete',
        'topic_view', 'review_start', 'review_complete'
    ];
$$;

revoke all on function freshet.study_event_types() from public, anon, authenticated;

comment on function freshet.study_event_types() is 'The types of event that public.study_events accepts.';

-- packs/study/schema/study_events.sql

-- Object: public.study_events, public.study_events_default
-- Grain: one row per event that a client reported
-- Why: the immutable log. Partitioned by month of created_at, so that two years are kept by dropping old months; a job
--      makes months ahead. An event whose month has no partition goes to the default partition: no event is refused
--      because a month is missing.
-- Why no personal data: the log outlives a session and is read by many. Its user is an id, its session a hash, its
--      address a network, its browser a family.
create table public.study_events (
    event_id uuid not null,
    user_id text not null check (octet_length(user_id) between 1 and 1000),
    session_id text check (session_id ~ '^[0-9a-f]{64}$'),
    event_type text not null check (event_type = any (freshet.study_event_types())),
    topic_id uuid,
    question_id uuid,
    material_id uuid,
    properties jsonb not null default '{}' check (jsonb_typeof(properties) = 'object' and octet_length(properties::text) <= 2048),
    ip_network cidr,
    browser text,
    device_type text check (device_type in ('desktop', 'mobile', 'tablet', 'bot', 'other')),
    created_at timestamptz not null check (created_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    received_at timestamptz not null default now(),
    clock_skew_seconds numeric not null default 0,
    primary key (user_id, event_id, created_at)
) partition by range (created_at);

create table public.study_events_default partition of public.study_events default;

create index ix_study_events_user_created on public.study_events (user_id, created_at);

alter table public.study_events enable row level security;

alter table public.study_events_default enable row level security;

revoke all on table public.study_events from public, anon, authenticated, service_role;

revoke all on table public.study_events_default from public, anon, authenticated, service_role;

create trigger study_events_are_immutable before update or delete on public.study_events
    for each row execute function freshet.refuse_event_change();

create trigger study_events_are_not_truncated before truncate on public.study_events
    for each statement execute function freshet.refuse_event_change();

create trigger study_events_default_is_not_truncated before truncate on public.study_events_default
    for each statement execute function freshet.refuse_event_change();

create trigger study_events_were_inserted after insert on public.study_events
    referencing new table as new_rows
    for each statement execute function freshet.events_were_inserted();

comment on table public.study_events is
    'Immutable log of study events, two years. Written by public.track_batch and its kin, read by no client.';

comment on table public.study_events_default is 'Events of months without a partition. The audit warns while there are any (default_partition_used). Repair: select analytics.make_study_partitions((min(created_at) at time zone ''UTC'')::date, (max(created_at) at time zone ''UTC'')::date) from public.study_events_default;';

comment on column public.study_events.event_id is 'Made by the client, once per event: a repeated delivery is the same event.';

comment on column public.study_events.session_id is 'HMAC-SHA256, in hex, of the client''s session id with the pepper in Vault.';

comment on column public.study_events.ip_network is 'The client''s address without its last octet (IPv4 /24), or IPv6 /48. Null where it is unknown.';

comment on column public.study_events.browser is 'Family of the browser, from a closed list; null where it is unknown.';

comment on column public.study_events.created_at is 'When it happened, by the client''s clock, but never after received_at.';

comment on column public.study_events.clock_skew_seconds is
    'How far the client''s clock was ahead of the database''s when created_at was set back; 0 if it was not.';

-- packs/study/schema/study_pepper.sql

-- Object: freshet.study_pepper()
-- Why: a session id or user id that is hashed without a secret can be found again by hashing guesses. The secret is made
--      at random, at its first use, and stays in Vault. It is never renewed: with a new one an erased user's late events
--      would not be recognised. So one that was lost, as after a restore in another project, is not replaced silently.
create function freshet.study_pepper()
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    secret_name constant text := 'freshet_study_pepper';
    pepper text := freshet.vault_secret(secret_name);
begin
    if pepper is not null then
        return pepper;
    end if;
    -- Two first calls make one secret.
    perform pg_advisory_xact_lock(hashtextextended(secret_name, 0));
    pepper := freshet.vault_secret(secret_name);
    if pepper is not null then
        return pepper;
    end if;
    if exists (select from freshet.erasures) then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('Vault has lost the secret "%s", by which the events of erased users are recognised', secret_name),
            hint = 'Create it with its former value. If that is lost: select vault.create_secret(encode(extensions.gen_random_bytes(32), ''hex''), ''freshet_study_pepper''); erased users'' late events are accepted from then on.';
    end if;
    pepper := encode(extensions.gen_random_bytes(32), 'hex');
    perform vault.create_secret(pepper, secret_name, 'Freshet: hashes session ids and the ids of erased users. Never renewed');
    return pepper;
end
$$;

revoke all on function freshet.study_pepper() from public, anon, authenticated, service_role;

comment on function freshet.study_pepper() is
    'The secret of session_hash and user_hash, made at its first use; 55000 if it was lost after a user was erased.';

-- packs/study/schema/study_sessions.sql

-- Object: public.study_sessions
-- Grain: one row per session of a user
-- Why: the session's figures are sums, least and greatest values over its events, so that they are the same in whatever
--      order events arrive.
create table public.study_sessions (
    session_id text primary key check (session_id ~ '^[0-9a-f]{64}$'),
    user_id text not null check (octet_length(user_id) between 1 and 1000),
    started_at timestamptz not null check (started_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    last_event_at timestamptz not null check (last_event_at between started_at and '9999-12-31 00:00+00'),
    ended_at timestamptz check (ended_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    events_count integer not null default 0 check (events_count >= 0),
    questions_attempted integer not null default 0 check (questions_attempted >= 0),
    questions_correct integer not null default 0 check (questions_correct between 0 and questions_attempted),
    materials_viewed integer not null default 0 check (materials_viewed >= 0),
    device_type text check (device_type in ('desktop', 'mobile', 'tablet', 'bot', 'other'))
);

create index ix_study_sessions_user_started on public.study_sessions (user_id, started_at);

alter table public.study_sessions enable row level security;

revoke all on table public.study_sessions from public, anon, authenticated;

grant select on table public.study_sessions to authenticated;

grant select, insert, update, delete on table public.study_sessions to service_role;

create trigger sessions_were_started after insert on public.study_sessions
    referencing new table as new_rows
    for each statement execute function freshet.sessions_changed();

create trigger sessions_went_on after update on public.study_sessions
    referencing old table as old_rows new table as new_rows
    for each statement execute function freshet.sessions_changed();

create trigger sessions_were_deleted after delete on public.study_sessions
    referencing old table as old_rows
    for each statement execute function freshet.sessions_changed();

comment on column public.study_sessions.session_id is 'HMAC-SHA256, in hex, of user and client''s session id with the pepper in Vault.';

comment on column public.study_sessions.started_at is 'The earliest event of the session.';

comment on column public.study_sessions.ended_at is 'The latest session_end; null if none was reported.';

comment on column public.study_sessions.materials_viewed is 'Events material_open.';

-- packs/study/schema/study_version.sql

-- Object: freshet.study_version()
-- Why: a figure names the rules by which it was computed, so that figures from before and after a change are not
--      compared unawares. Change the text with any rule: quality, SM-2, the curve, the weights.
create function freshet.study_version()
returns text
language sql
immutable parallel safe
set search_path = pg_catalog, pg_temp
return 'study-1/sm2-1990-ceil-ef-before/fsrs-4.5-curve';

revoke all on function freshet.study_version() from public, anon, authenticated;

comment on function freshet.study_version() is
    'The calculation_version of the study pack: version of the rules, variant of SM-2, forgetting curve.';

-- packs/study/schema/take_apart.sql

-- Object: freshet.take_apart()
-- Why: one reading of an event for a batch and for a single call. It checks shape and limits of each key before it
--      converts anything, so that it never raises: an error would cost the whole batch its quick way.
create function freshet.take_apart(
    event jsonb,
    out event_id uuid,
    out event_type text,
    out client_session_id text,
    out topic_id uuid,
    out question_id uuid,
    out material_id uuid,
    out properties jsonb,
    out selected_answer text,
    out correct_answer text,
    out time_to_answer_seconds numeric,
    out is_hint_used boolean,
    out progress_rate numeric,
    out reading_seconds numeric,
    out device_type text,
    out created_at timestamptz,
    out clock_skew_seconds numeric,
    out code text,
    out detail text
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    uuid_shape constant text := '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$';
    moment_shape constant text :=
        '^[1-9]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-](0\d|1[0-5]):?[0-5]\d)$';
    day_seconds constant integer := 86400;
    allowed text[] := array[
        'event_id', 'event_type', 'session_id', 'created_at', 'topic_id', 'question_id', 'material_id', 'properties'
    ];
    required text[] := array['event_id', 'event_type', 'session_id', 'created_at'];
    key text;
    value jsonb;
begin
    if jsonb_typeof(event) <> 'object' then
        code := 'not_an_object';
        detail := format('the event is a JSON %s, and has to be an object', jsonb_typeof(event));
        return;
    end if;
    if event ->> 'event_id' ~ uuid_shape then
        event_id := (event ->> 'event_id')::uuid;
    end if;
    event_type := event ->> 'event_type';
    if event_type is not null and event_type <> all (freshet.study_event_types()) then
        code := 'unknown_type';
        detail := format('"event_type" is "%s", and has to be one of %s', left(event_type, 60), array_to_string(freshet.study_event_types(), ', '));
        return;
    end if;

    case event_type
        when 'question_attempt' then
            required := required || array['question_id', 'topic_id', 'correct_answer'];
            allowed := allowed || array['selected_answer', 'correct_answer', 'time_to_answer_seconds', 'is_hint_used'];
        when 'question_view', 'hint_view', 'explanation_view' then
            required := required || array['question_id'];
        when 'material_open', 'material_complete' then
            required := required || array['material_id'];
        when 'material_progress' then
            required := required || array['material_id', 'progress_rate'];
            allowed := allowed || array['progress_rate', 'reading_seconds'];
        when 'topic_view' then
            required := required || array['topic_id'];
        when 'session_start' then
            allowed := allowed || array['device_type'];
        else
            null;
    end case;
    foreach key in array required loop
        -- JSON's null is the absence of a value.
        if event ->> key is null then
            code := 'missing_key';
            detail := format('"%s" is missing, which an event%s needs', key, coalesce(' of type ' || event_type, ''));
            return;
        end if;
    end loop;

    for key, value in select e.key, e.value from jsonb_each(event) as e where jsonb_typeof(e.value) <> 'null' loop
        detail := null;
        if key <> all (allowed) then
            code := 'unknown_key';
            detail := format('"%s" is no key of an event of type %s', left(key, 60), event_type);
            return;
        elsif key in ('event_id', 'topic_id', 'question_id', 'material_id') then
            detail := case when jsonb_typeof(value) <> 'string' or value #>> '{}' !~ uuid_shape then 'has to be a UUID' end;
        elsif key = 'created_at' then
            detail := case
                when jsonb_typeof(value) <> 'string' or value #>> '{}' !~ moment_shape
                    then 'has to be a moment like 2026-11-30T08:15:00.000Z, with its offset'
                when substring(value #>> '{}' from 9 for 2)::integer > extract(
                    day from (substring(value #>> '{}' from 1 for 7) || '-01')::date + interval '1 month' - interval '1 day'
                )
                    then 'has a day that its month does not have'
            end;
        elsif key = 'session_id' then
            detail := case
                when jsonb_typeof(value) <> 'string' or char_length(value #>> '{}') not between 1 and 200
                    then 'has to be a text of 1 to 200 characters'
            end;
        elsif key in ('selected_answer', 'correct_answer') then
            detail := case
                when jsonb_typeof(value) <> 'string' or octet_length(value #>> '{}') > 200 then 'has to be a text of at most 200 bytes'
            end;
        elsif key in ('time_to_answer_seconds', 'reading_seconds') then
            detail := case
                when jsonb_typeof(value) <> 'number' or (value #>> '{}')::numeric < 0 then 'has to be a number of seconds from 0 up'
            end;
        elsif key = 'progress_rate' then
            detail := case
                when jsonb_typeof(value) <> 'number' or (value #>> '{}')::numeric not between 0 and 1
                    then 'has to be a number from 0 to 1'
            end;
        elsif key = 'is_hint_used' then
            detail := case when jsonb_typeof(value) <> 'boolean' then 'has to be true or false' end;
        elsif key = 'device_type' then
            detail := case
                when value #>> '{}' not in ('desktop', 'mobile', 'tablet', 'bot', 'other', 'web')
                    then 'has to be desktop, mobile, tablet, bot, other, or web'
            end;
        end if;
        if detail is not null then
            code := 'invalid_value';
            detail := format('"%s" is %s, and %s', key, left(value::text, 60), detail);
            return;
        end if;
    end loop;
    if jsonb_typeof(event -> 'properties') <> 'null' then
        select f.code, f.detail into take_apart.code, take_apart.detail from freshet.properties_fault(event -> 'properties') as f;
        if code is not null then
            return;
        end if;
    end if;

    client_session_id := event ->> 'session_id';
    topic_id := (event ->> 'topic_id')::uuid;
    question_id := (event ->> 'question_id')::uuid;
    material_id := (event ->> 'material_id')::uuid;
    properties := coalesce(nullif(event -> 'properties', 'null'), '{}');
    selected_answer := event ->> 'selected_answer';
    correct_answer := event ->> 'correct_answer';
    is_hint_used := coalesce((event ->> 'is_hint_used')::boolean, false);
    -- A laptop that was closed over a question reports days: that is not a measurement.
    time_to_answer_seconds := case
        when (event ->> 'time_to_answer_seconds')::numeric <= day_seconds then round((event ->> 'time_to_answer_seconds')::numeric, 3)
    end;
    reading_seconds := case
        when (event ->> 'reading_seconds')::numeric <= day_seconds then round((event ->> 'reading_seconds')::numeric, 3)
    end;
    progress_rate := round((event ->> 'progress_rate')::numeric, 6);
    -- "web" says nothing about the device: the user agent does.
    device_type := nullif(event ->> 'device_type', 'web');
    created_at := (event ->> 'created_at')::timestamptz;
    clock_skew_seconds := greatest(0, round(extract(epoch from created_at - now()), 3));
    created_at := least(created_at, now());
    if created_at < now() - interval '2 years' then
        code := 'too_old';
        detail := format('"created_at" is %s, and events are kept for two years', event -> 'created_at');
    end if;
end
$$;

revoke all on function freshet.take_apart(jsonb) from public, anon, authenticated, service_role;

comment on function freshet.take_apart(jsonb) is
    'The values of an event, or the code and the sentence with which it is rejected.';

-- packs/study/schema/take_batch.sql

-- Object: freshet.take_batch()
-- Why: with the owner's rights, since clients may write none of these tables. One odd event never refuses the others.
create function freshet.take_batch(events jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    caller constant text := freshet.take_caller();
    headers constant jsonb := nullif(current_setting('request.headers', true), '')::jsonb;
    -- A text that holds the array is read too. In it one event may hold what jsonb cannot (NUL, half of a pair of
    -- surrogates), and is rejected alone.
    is_text constant boolean := jsonb_typeof(events) = 'string';
    bytes constant integer := case
        when is_text then octet_length(events #>> '{}')
        when freshet.has_long_number(events) then pg_column_size(events)
        else octet_length(events::text)
    end;
    list json;
    kind text := jsonb_typeof(events);
    length integer;
    readable jsonb;
    unreadable jsonb;
    results jsonb;
begin
    if bytes > 262144 then
        perform freshet.take_refuse(
            format('the batch has %s bytes, and at most 262144 are accepted', bytes), 'Send it in smaller batches.'
        );
    end if;
    if is_text then
        begin
            list := (events #>> '{}')::json;
        exception
            when data_exception or program_limit_exceeded then
                null;
        end;
        kind := json_typeof(list);
    end if;
    if kind is distinct from 'array' then
        perform freshet.take_refuse(
            format('"events" is %s, and has to be a JSON array of events', coalesce('a JSON ' || kind, 'not JSON')),
            'Call supabase.rpc(''track_batch'', { events: [{ event_id, event_type, session_id, created_at, … }] }).'
        );
    end if;
    length := case when is_text then json_array_length(list) else jsonb_array_length(events) end;
    if length > 500 then
        perform freshet.take_refuse(
            format('the batch has %s events, and at most 500 are accepted', length), 'Send it in smaller batches.'
        );
    end if;

    select r.readable, r.unreadable into readable, unreadable
    from freshet.take_readable(list, case when not is_text then events end) as r;
    perform freshet.take_lock(caller);
    results := freshet.take_halves(
        caller, readable, freshet.network_of_request(), headers ->> 'user-agent',
        (select max(e.erased_at) from freshet.erasures as e where e.user_hash = freshet.user_hash(caller))
    );
    -- The results of those that can be read, with the others in their places.
    select coalesce(jsonb_agg(coalesce(unreadable -> t.place::text, results -> t.number::integer) order by t.place), '[]')
    into results
    from (
        select p.place, count(*) filter (where not unreadable ? p.place::text) over (order by p.place) - 1 as number
        from generate_series(1, length) as p (place)
    ) as t;

    return jsonb_build_object(
        'accepted', (select count(*) from jsonb_array_elements(results) as r where r ->> 'status' = 'accepted'),
        'duplicates', (select count(*) from jsonb_array_elements(results) as r where r ->> 'status' = 'duplicate'),
        'rejected', (select count(*) from jsonb_array_elements(results) as r where r ->> 'status' = 'rejected'),
        'results', results
    );
end
$$;

revoke all on function freshet.take_batch(jsonb) from public, anon;

grant execute on function freshet.take_batch(jsonb) to authenticated, service_role;

comment on function freshet.take_batch(jsonb) is 'Called through public.track_batch and its kin.';

-- packs/study/schema/take_caller.sql

-- Object: freshet.take_caller()
-- Why: whose events these are is what the verified token says, never an argument.
create function freshet.take_caller()
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    claims constant jsonb := freshet.caller_claims();
    subject constant text := claims ->> 'sub';
begin
    if coalesce(claims ->> 'role', '') <> 'authenticated' or coalesce(subject, '') = '' then
        raise exception using
            errcode = 'insufficient_privilege',
            message = format(
                'events are tracked for the user who is signed in, and this call has the role "%s" and %s',
                coalesce(claims ->> 'role', current_setting('role')),
                case when coalesce(subject, '') = '' then 'no subject' else 'a subject' end
            ),
            hint = 'Sign in, and call with the user''s access token: supabase.auth.signInWithPassword(…), then supabase.rpc(…). A secret key has no user.';
    end if;
    if octet_length(subject) > 1000 then
        raise exception using
            errcode = 'insufficient_privilege',
            message = format('the subject of the token has %s bytes, and a user''s id has at most 1000', octet_length(subject)),
            hint = 'Let the identity provider issue shorter ids.';
    end if;
    return subject;
end
$$;

revoke all on function freshet.take_caller() from public, anon, authenticated, service_role;

comment on function freshet.take_caller() is 'The signed-in user; raises 42501 for any other caller.';

-- packs/study/schema/take_event.sql

-- Object: freshet.take_event()
-- Why: a single call is a batch of one, by the same rules. Its caller waits for the answer, so a rejection is an error.
create function freshet.take_event(event jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    whole constant jsonb := event || jsonb_build_object(
        'event_id', coalesce(event ->> 'event_id', gen_random_uuid()::text),
        'created_at', coalesce(event ->> 'created_at', to_json(now()) #>> '{}')
    );
    result constant jsonb := freshet.take_batch(jsonb_build_array(whole)) -> 'results' -> 0;
begin
    if result ->> 'status' = 'rejected' then
        perform freshet.take_refuse(
            format('the event was rejected as %s: %s', result ->> 'code', result ->> 'detail'),
            freshet.track_remedy(result ->> 'code')
        );
    end if;
    return jsonb_build_object(
        'event_id', result -> 'event_id',
        'status', result -> 'status',
        'session_id', freshet.session_hash(freshet.take_caller(), event ->> 'session_id')
    );
end
$$;

revoke all on function freshet.take_event(jsonb) from public, anon;

grant execute on function freshet.take_event(jsonb) to authenticated, service_role;

comment on function freshet.take_event(jsonb) is
    'Takes one event, with an id and a time if it has none; 22023 with the remedy if it is rejected. Called through public.track_event and its kin.';

-- packs/study/schema/take_events.sql

-- Object: freshet.take_events()
-- Why: one statement for all events of a call, so that 500 cost little more than one. It raises if the tables refuse
--      one of them; freshet.take_halves() finds out which.
-- Why sums, least and greatest: sessions and materials are the same in whatever order events arrive.
create function freshet.take_events(
    user_id text, events jsonb, network cidr, user_agent text, erased_at timestamptz
)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    browser constant text := freshet.browser_family(user_agent);
    device constant text := freshet.device_type(user_agent);
    results jsonb;
begin
    with items as materialized (
        select i.place, a.*
        from jsonb_array_elements(take_events.events) with ordinality as i (event, place)
        cross join lateral freshet.take_apart(i.event) as a
    ),
    judged as materialized (
        select
            i.*, f.fault,
            f.fault is null
                and row_number() over (partition by i.event_id, f.fault is null order by i.place) = 1 as is_first
        from items as i
        cross join lateral (
            select case
                when i.code is not null then i.code
                when i.created_at <= take_events.erased_at then 'erased'
                -- The rows of answers and materials refer to these. Other events keep the ids that they report.
                when i.event_type = 'question_attempt' and not exists (select from public.topics as t where t.id = i.topic_id)
                    then 'unknown_topic'
                when i.event_type in ('material_open', 'material_progress', 'material_complete')
                    and not exists (select from public.study_materials as m where m.id = i.material_id)
                    then 'unknown_material'
            end
        ) as f (fault)
    ),
    keys as (
        insert into freshet.study_event_keys (user_id, event_id, created_at)
        select take_events.user_id, j.event_id, j.created_at
        from judged as j
        where j.is_first
        order by j.event_id
        on conflict do nothing
        returning study_event_keys.event_id
    ),
    hashes as materialized (
        select s.client_session_id, freshet.session_hash(take_events.user_id, s.client_session_id) as session_id
        from (select distinct j.client_session_id from judged as j where j.is_first) as s
    ),
    accepted as materialized (
        select j.*, h.session_id, j.selected_answer is not distinct from j.correct_answer as is_correct
        from judged as j
        join keys as k on k.event_id = j.event_id
        join hashes as h on h.client_session_id = j.client_session_id
        where j.is_first
    ),
    logged as (
        insert into public.study_events (
            event_id, user_id, session_id, event_type, topic_id, question_id, material_id, properties,
            ip_network, browser, device_type, created_at, clock_skew_seconds
        )
        select
            a.event_id, take_events.user_id, a.session_id, a.event_type, a.topic_id, a.question_id, a.material_id, a.properties,
            take_events.network, browser, coalesce(a.device_type, device), a.created_at, a.clock_skew_seconds
        from accepted as a
    ),
    answered as (
        insert into public.question_attempts (
            event_id, user_id, session_id, question_id, topic_id, selected_answer, correct_answer, is_correct,
            is_hint_used, time_to_answer_seconds, attempted_at
        )
        select
            a.event_id, take_events.user_id, a.session_id, a.question_id, a.topic_id, a.selected_answer, a.correct_answer,
            a.is_correct, a.is_hint_used, a.time_to_answer_seconds, a.created_at
        from accepted as a
        where a.event_type = 'question_attempt'
    ),
    studied as (
        insert into public.study_sessions as s (
            session_id, user_id, started_at, last_event_at, ended_at, events_count, questions_attempted,
            questions_correct, materials_viewed, device_type
        )
        select
            a.session_id, take_events.user_id, min(a.created_at), max(a.created_at),
            max(a.created_at) filter (where a.event_type = 'session_end'),
            count(*),
            count(*) filter (where a.event_type = 'question_attempt'),
            count(*) filter (where a.event_type = 'question_attempt' and a.is_correct),
            count(*) filter (where a.event_type = 'material_open'),
            min(coalesce(a.device_type, device)) filter (where a.event_type = 'session_start')
        from accepted as a
        group by a.session_id
        on conflict (session_id) do update set
            started_at = least(s.started_at, excluded.started_at),
            last_event_at = greatest(s.last_event_at, excluded.last_event_at),
            ended_at = greatest(s.ended_at, excluded.ended_at),
            events_count = s.events_count + excluded.events_count,
            questions_attempted = s.questions_attempted + excluded.questions_attempted,
            questions_correct = s.questions_correct + excluded.questions_correct,
            materials_viewed = s.materials_viewed + excluded.materials_viewed,
            device_type = least(s.device_type, excluded.device_type)
    ),
    read as (
        insert into public.material_interactions as m (
            material_id, user_id, progress_rate, reading_seconds, opens_count, first_at, last_at, completed_at
        )
        select
            a.material_id, take_events.user_id,
            max(case a.event_type when 'material_complete' then 1 else coalesce(a.progress_rate, 0) end),
            coalesce(sum(a.reading_seconds), 0),
            count(*) filter (where a.event_type = 'material_open'),
            min(a.created_at), max(a.created_at),
            min(a.created_at) filter (where a.event_type = 'material_complete' or a.progress_rate = 1)
        from accepted as a
        where a.event_type in ('material_open', 'material_progress', 'material_complete')
        group by a.material_id
        on conflict on constraint ix_material_interactions_material_user do update set
            progress_rate = greatest(m.progress_rate, excluded.progress_rate),
            reading_seconds = m.reading_seconds + excluded.reading_seconds,
            opens_count = m.opens_count + excluded.opens_count,
            first_at = least(m.first_at, excluded.first_at),
            last_at = greatest(m.last_at, excluded.last_at),
            completed_at = least(m.completed_at, excluded.completed_at)
    )
    select jsonb_agg(
        jsonb_build_object(
            'event_id', j.event_id,
            'status', case when j.fault is not null then 'rejected' when a.place is not null then 'accepted' else 'duplicate' end,
            'code', j.fault,
            'detail', case j.fault
                when 'erased' then 'the event is from before the erasure of its user'
                when 'unknown_topic' then format('there is no topic %s', j.topic_id)
                when 'unknown_material' then format('there is no material %s', j.material_id)
                else j.detail
            end
        )
        order by j.place
    )
    into results
    from judged as j
    left join accepted as a on a.place = j.place;
    return coalesce(results, '[]');
end
$$;

revoke all on function freshet.take_events(text, jsonb, cidr, text, timestamptz) from public, anon, authenticated, service_role;

comment on function freshet.take_events(text, jsonb, cidr, text, timestamptz) is
    'Writes the events of a user and returns their results, in order. Call it with freshet.take_lock() held.';

-- packs/study/schema/take_halves.sql

-- Object: freshet.take_halves()
-- Why: an event that the tables refuse (its topic was deleted this moment, a trigger of the application forbids it) never
--      refuses the others. Halves of a batch find it in a few statements, where one savepoint for each of 500 events
--      would take longer than a call may. Only an event's own fault (classes 22, 23 and 54) rejects it; anything else,
--      like a full disk, fails the call, and the client sends it again.
create function freshet.take_halves(
    user_id text, events jsonb, network cidr, user_agent text, erased_at timestamptz
)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    half constant integer := jsonb_array_length(events) / 2;
begin
    return freshet.take_events(user_id, events, network, user_agent, erased_at);
exception
    when data_exception or integrity_constraint_violation or program_limit_exceeded then
        if half = 0 then
            return jsonb_build_array(
                jsonb_build_object(
                    'event_id', events -> 0 -> 'event_id', 'status', 'rejected', 'code', 'invalid_value', 'detail', left(sqlerrm, 200)
                )
            );
        end if;
        -- In order, so that of two deliveries of one event the first counts.
        return freshet.take_halves(
            user_id, jsonb_path_query_array(events, '$[0 to $end]', jsonb_build_object('end', half - 1)), network, user_agent, erased_at
        ) || freshet.take_halves(
            user_id, jsonb_path_query_array(events, '$[$start to last]', jsonb_build_object('start', half)), network, user_agent, erased_at
        );
end
$$;

revoke all on function freshet.take_halves(text, jsonb, cidr, text, timestamptz) from public, anon, authenticated, service_role;

comment on function freshet.take_halves(text, jsonb, cidr, text, timestamptz) is
    'As freshet.take_events, with those events rejected that the tables refuse.';

-- packs/study/schema/take_lock.sql

-- Object: freshet.take_lock()
-- Why: all that tracking writes belongs to one user. With the batches of a user one after the other none meets half of
--      another, none deadlocks with another, and an erasure meets no event that is on its way.
create function freshet.take_lock(user_id text)
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select pg_advisory_xact_lock(hashtextextended('freshet.study ' || user_id, 0));
$$;

revoke all on function freshet.take_lock(text) from public, anon, authenticated, service_role;

comment on function freshet.take_lock(text) is
    'Waits until no other transaction writes events of the user, and holds until this one ends. Take it before the job''s lock.';

-- packs/study/schema/take_readable.sql

-- Object: freshet.take_readable()
-- Why: JSON may hold what jsonb cannot, and jsonb what is too long to be written out (freshet.has_long_number). Only where the
--      list as a whole is at fault its elements are looked at, one by one.
create function freshet.take_readable(list json, events jsonb, out readable jsonb, out unreadable jsonb)
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    written json[];
    element jsonb;
    fault text;
begin
    unreadable := '{}';
    begin
        readable := coalesce(events, list::jsonb);
    exception
        when data_exception or program_limit_exceeded then
            null;
    end;
    if readable is not null and not freshet.has_long_number(readable) then
        return;
    end if;
    readable := '[]';
    written := array(select e from json_array_elements(list) as e);
    for place in 1..coalesce(jsonb_array_length(events), cardinality(written)) loop
        fault := null;
        begin
            element := coalesce(events -> (place - 1), written[place]::jsonb);
            fault := case when freshet.has_long_number(element) then 'a number has more than 1000 digits, or the nesting is too deep' end;
        exception
            when data_exception or program_limit_exceeded then
                fault := left(sqlerrm, 200);
        end;
        if fault is null then
            readable := readable || jsonb_build_array(element);
        else
            unreadable := unreadable || jsonb_build_object(
                place, jsonb_build_object('event_id', null, 'status', 'rejected', 'code', 'unreadable', 'detail', fault)
            );
        end if;
    end loop;
end
$$;

revoke all on function freshet.take_readable(json, jsonb) from public, anon, authenticated, service_role;

comment on function freshet.take_readable(json, jsonb) is
    'Of a list as text, or of events: the elements that can be stored, and the results of the others by their place from 1. The other argument is null.';

-- packs/study/schema/take_refuse.sql

-- Object: freshet.take_refuse()
-- Why: a call that is refused as a whole has written nothing, and says what to change.
create function freshet.take_refuse(message text, hint text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception using errcode = 'invalid_parameter_value', message = take_refuse.message, hint = take_refuse.hint;
end
$$;

revoke all on function freshet.take_refuse(text, text) from public, anon, authenticated, service_role;

comment on function freshet.take_refuse(text, text) is 'Raises 22023, which is HTTP 400.';

-- packs/study/schema/topic_daily_stats.sql

-- Object: analytics.topic_daily_stats
-- Grain: one row per user, topic and UTC day on which the user answered a question of the topic
-- Reads: public.question_attempts
-- Serves: /analytics/study/topics/daily
-- Why: a topic over time is a few rows by key.
create table analytics.topic_daily_stats (
    user_id text not null,
    topic_id uuid not null,
    stat_date date not null,
    questions_attempted integer not null,
    questions_correct integer not null,
    accuracy_rate numeric not null check (accuracy_rate between 0 and 1),
    avg_time_to_answer_seconds numeric,
    calculated_at timestamptz not null,
    calculation_version text not null,
    constraint ix_topic_daily_stats_user_topic_date primary key (user_id, topic_id, stat_date)
);

create index ix_topic_daily_stats_user_date on analytics.topic_daily_stats (user_id, stat_date);

-- A user studies few topics: taken for independent, the two columns seem to leave two rows, and a sort of all days seems
-- cheaper than the index from its newest end.
create statistics analytics.topic_daily_stats_user_topic (ndistinct) on user_id, topic_id from analytics.topic_daily_stats;

alter table analytics.topic_daily_stats enable row level security;

revoke all on table analytics.topic_daily_stats from public, anon, authenticated;

comment on table analytics.topic_daily_stats is 'Answers of a user in a topic on a day, written by the nightly batch.';

-- packs/study/schema/topic_mastery.sql

-- Object: analytics.topic_mastery
-- Grain: one row per user and topic of which the user has answered a question or read material
-- Reads: analytics.question_reviews, public.material_interactions, public.study_materials
-- Serves: /analytics/study/mastery
-- Why: mastery_score = 0.30 * first_attempt_accuracy + 0.20 * overall_accuracy + 0.30 * retrieval_strength
--      + 0.20 * material_completion. Each term stands beside the score, so that a score can be explained.
-- Why retrieval: R = (1 + 19/81 * t/S)^-0.5, the power forgetting curve of FSRS-4.5 (open-spaced-repetition, "The
--      Algorithm"), with t the days since the topic's last answer and S the mean SM-2 interval of its questions: 0.9 on
--      the day when the topic is due.
create table analytics.topic_mastery (
    user_id text not null,
    topic_id uuid not null,
    mastery_score numeric not null check (mastery_score between 0 and 1),
    first_attempt_accuracy numeric not null check (first_attempt_accuracy between 0 and 1),
    overall_accuracy numeric not null check (overall_accuracy between 0 and 1),
    retrieval_strength numeric not null check (retrieval_strength between 0 and 1),
    material_completion numeric not null check (material_completion between 0 and 1),
    questions_count integer not null,
    attempts_count integer not null,
    correct_count integer not null,
    stability_days numeric check (stability_days >= 1),
    last_answered_at timestamptz,
    calculated_at timestamptz not null,
    calculation_version text not null,
    constraint ix_topic_mastery_user_topic primary key (user_id, topic_id)
);

create index ix_topic_mastery_user_mastery on analytics.topic_mastery (user_id, mastery_score);

alter table analytics.topic_mastery enable row level security;

revoke all on table analytics.topic_mastery from public, anon, authenticated;

comment on table analytics.topic_mastery is
    'Mastery of topics, recalculated within a minute after an answer and each night. A topic without a row has mastery 0.';

comment on column analytics.topic_mastery.first_attempt_accuracy is 'Share of the answered questions whose first answer was correct; 0 without answers.';

comment on column analytics.topic_mastery.overall_accuracy is 'Share of all answers that were correct; 0 without answers.';

comment on column analytics.topic_mastery.retrieval_strength is 'R at calculated_at; 0 without answers.';

comment on column analytics.topic_mastery.material_completion is 'Mean of progress_rate over all materials of the topic, 0 for those not opened; 0 for a topic without materials.';

comment on column analytics.topic_mastery.stability_days is 'S: mean SM-2 interval of the answered questions, in days; null without answers.';

-- packs/study/schema/topics.sql

-- Object: public.topics
-- Grain: one row per topic of the curriculum
-- Why: table of the application. A topic's weight in the exam decides how urgent a gap in it is.
create table public.topics (
    id uuid primary key default gen_random_uuid(),
    name text not null check (octet_length(name) between 1 and 500),
    board_exam_weight numeric not null default 0 check (board_exam_weight between 0 and 10),
    created_at timestamptz not null default now()
);

alter table public.topics enable row level security;

revoke all on table public.topics from public, anon, authenticated;

grant select on table public.topics to authenticated;

grant select, insert, update, delete on table public.topics to service_role;

comment on column public.topics.board_exam_weight is 'Importance in the exam, 0 to 10.';

-- packs/study/schema/track_batch.sql

-- Object: public.track_batch()
-- Why: clients collect events for 30 seconds and send them in one call.
create function public.track_batch(events jsonb)
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select freshet.take_batch(events);
$$;

revoke all on function public.track_batch(jsonb) from public, anon;

grant execute on function public.track_batch(jsonb) to authenticated, service_role;

comment on function public.track_batch(jsonb) is
    'Takes up to 500 events (262144 bytes) of the signed-in user: {accepted, duplicates, rejected, results: [{event_id, status, code, detail}]}, in the order of the events. An event is accepted once by its event_id, however often it is sent. 22023 (HTTP 400) refuses the whole call, 42501 one without a signed-in user. Idempotent.';

-- packs/study/schema/track_event.sql

-- Object: public.track_event()
-- Why: one event at once, where the application wants to know that it is kept before it goes on.
create function public.track_event(
    session_id text,
    event_type text,
    topic_id uuid default null,
    question_id uuid default null,
    material_id uuid default null,
    properties jsonb default '{}',
    event_id uuid default null,
    created_at timestamptz default null
)
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select freshet.take_event(
        jsonb_build_object(
            'session_id', session_id, 'event_type', event_type, 'topic_id', topic_id, 'question_id', question_id,
            'material_id', material_id, 'properties', properties, 'event_id', event_id, 'created_at', created_at
        )
    );
$$;

revoke all on function public.track_event(text, text, uuid, uuid, uuid, jsonb, uuid, timestamptz) from public, anon;

grant execute on function public.track_event(text, text, uuid, uuid, uuid, jsonb, uuid, timestamptz) to authenticated, service_role;

comment on function public.track_event(text, text, uuid, uuid, uuid, jsonb, uuid, timestamptz) is
    'Takes one event of the signed-in user: {event_id, status, session_id}; status is accepted, or duplicate for a known event_id. Without event_id and created_at the database makes them. 22023 (HTTP 400) if it is rejected. Idempotent with an event_id.';

-- packs/study/schema/track_material_progress.sql

-- Object: public.track_material_progress()
-- Why: how far a user has read is kept per material, so that a report reads one row and not the log.
create function public.track_material_progress(
    session_id text,
    material_id uuid,
    progress_rate numeric,
    reading_seconds numeric default null,
    properties jsonb default '{}',
    event_id uuid default null,
    created_at timestamptz default null
)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    taken constant jsonb := freshet.take_event(
        jsonb_build_object(
            'session_id', session_id, 'event_type', 'material_progress', 'material_id', material_id,
            'progress_rate', progress_rate, 'reading_seconds', reading_seconds, 'properties', properties,
            'event_id', event_id, 'created_at', created_at
        )
    );
begin
    -- Row security leaves the caller's own row.
    return taken || jsonb_build_object(
        'interaction', (select to_jsonb(m) from public.material_interactions as m where m.material_id = track_material_progress.material_id)
    );
end
$$;

revoke all on function public.track_material_progress(text, uuid, numeric, numeric, jsonb, uuid, timestamptz) from public, anon;

grant execute on function public.track_material_progress(text, uuid, numeric, numeric, jsonb, uuid, timestamptz)
    to authenticated, service_role;

comment on function public.track_material_progress(text, uuid, numeric, numeric, jsonb, uuid, timestamptz) is
    'Takes how far the signed-in user has read a material, 0 to 1, and the seconds since the last report: {event_id, status, session_id, interaction}. The greatest share counts, seconds are added. 22023 (HTTP 400) if it is rejected. Idempotent with an event_id.';

-- packs/study/schema/track_question_attempt.sql

-- Object: public.track_question_attempt()
-- Why: event, answer and session in one transaction. Whether the answer is correct is computed in the database.
create function public.track_question_attempt(
    session_id text,
    question_id uuid,
    topic_id uuid,
    selected_answer text,
    correct_answer text,
    time_to_answer_seconds numeric default null,
    is_hint_used boolean default false,
    properties jsonb default '{}',
    event_id uuid default null,
    created_at timestamptz default null
)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    taken constant jsonb := freshet.take_event(
        jsonb_build_object(
            'session_id', session_id, 'event_type', 'question_attempt', 'question_id', question_id, 'topic_id', topic_id,
            'selected_answer', selected_answer, 'correct_answer', correct_answer,
            'time_to_answer_seconds', time_to_answer_seconds, 'is_hint_used', is_hint_used, 'properties', properties,
            'event_id', event_id, 'created_at', created_at
        )
    );
begin
    -- Row security leaves the caller's own rows.
    return taken || jsonb_build_object(
        'attempt', (select to_jsonb(a) from public.question_attempts as a where a.event_id = (taken ->> 'event_id')::uuid),
        'session', (select to_jsonb(s) from public.study_sessions as s where s.session_id = taken ->> 'session_id')
    );
end
$$;

revoke all on function public.track_question_attempt(
    text, uuid, uuid, text, text, numeric, boolean, jsonb, uuid, timestamptz
) from public, anon;

grant execute on function public.track_question_attempt(
    text, uuid, uuid, text, text, numeric, boolean, jsonb, uuid, timestamptz
) to authenticated, service_role;

comment on function public.track_question_attempt(text, uuid, uuid, text, text, numeric, boolean, jsonb, uuid, timestamptz) is
    'Takes one answer of the signed-in user, null for none given: {event_id, status, session_id, attempt, session}, the rows as they are now. Times are in seconds; null, or over a day, is not measured. 22023 (HTTP 400) if it is rejected. Idempotent with an event_id.';

-- packs/study/schema/track_remedy.sql

-- Object: freshet.track_remedy()
-- Why: each code of a rejected event has one remedy, which a single call gives as the hint of its error.
create function freshet.track_remedy(code text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case code
        when 'not_an_object' then 'Send each event as an object with event_id, event_type, session_id and created_at.'
        when 'unknown_type' then 'Report one of these types, with what is special about it in properties.'
        when 'unknown_key' then 'Leave the key out, or report it in properties.'
        when 'missing_key' then 'Report the key with a value that is not null.'
        when 'invalid_value' then 'Correct the value; docs/study.md has the shape of each key.'
        when 'invalid_properties' then 'Report a flat object of numbers, booleans and short codes; longer texts stay in the application''s tables.'
        when 'personal_data' then 'Report an id instead, and the time of an event as created_at.'
        when 'unknown_topic' then 'Insert the topic into public.topics first, or report its id there.'
        when 'unknown_material' then 'Insert the material into public.study_materials first, or report its id there.'
        when 'too_old' then 'Drop the event: it would be deleted with its month.'
        when 'erased' then 'Drop the event: its user was erased after it happened.'
        when 'unreadable' then 'Remove NUL characters and halves of surrogate pairs: text.toWellFormed().replaceAll("\0", "").'
    end;
$$;

revoke all on function freshet.track_remedy(text) from public, anon, authenticated, service_role;

comment on function freshet.track_remedy(text) is 'What to do about an event that was rejected with this code.';

-- packs/study/schema/track_session_end.sql

-- Object: public.track_session_end()
-- Why: a session that was ended has an end; of one that was not, the last event is known.
create function public.track_session_end(
    session_id text,
    properties jsonb default '{}',
    event_id uuid default null,
    created_at timestamptz default null
)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    taken constant jsonb := freshet.take_event(
        jsonb_build_object(
            'session_id', session_id, 'event_type', 'session_end', 'properties', properties, 'event_id', event_id,
            'created_at', created_at
        )
    );
begin
    return taken || jsonb_build_object(
        'session', (select to_jsonb(s) from public.study_sessions as s where s.session_id = taken ->> 'session_id')
    );
end
$$;

revoke all on function public.track_session_end(text, jsonb, uuid, timestamptz) from public, anon;

grant execute on function public.track_session_end(text, jsonb, uuid, timestamptz) to authenticated, service_role;

comment on function public.track_session_end(text, jsonb, uuid, timestamptz) is
    'Ends a session of the signed-in user: {event_id, status, session_id, session}. The latest end counts. 22023 (HTTP 400) if it is rejected. Idempotent with an event_id.';

-- packs/study/schema/track_session_start.sql

-- Object: public.track_session_start()
-- Why: a session begins before its first answer. Any event begins a session that is not known, too: this one may be late.
create function public.track_session_start(
    session_id text,
    device_type text default null,
    properties jsonb default '{}',
    event_id uuid default null,
    created_at timestamptz default null
)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    taken constant jsonb := freshet.take_event(
        jsonb_build_object(
            'session_id', session_id, 'event_type', 'session_start', 'device_type', device_type, 'properties', properties,
            'event_id', event_id, 'created_at', created_at
        )
    );
begin
    return taken || jsonb_build_object(
        'session', (select to_jsonb(s) from public.study_sessions as s where s.session_id = taken ->> 'session_id')
    );
end
$$;

revoke all on function public.track_session_start(text, text, jsonb, uuid, timestamptz) from public, anon;

grant execute on function public.track_session_start(text, text, jsonb, uuid, timestamptz) to authenticated, service_role;

comment on function public.track_session_start(text, text, jsonb, uuid, timestamptz) is
    'Begins a session of the signed-in user: {event_id, status, session_id, session}. Without device_type, or with "web", it is read from the User-Agent. 22023 (HTTP 400) if it is rejected. Idempotent with an event_id.';

-- packs/study/schema/update_topic_mastery.sql

-- Object: analytics.update_topic_mastery()
-- Why: mastery follows an answer within a minute. Each step is a transaction of its own, so that a kill loses at most
--      that step, and the whole ends before the statement timeout of the platform, two minutes.
-- Why no SET clause: a procedure with one may not commit. Instead each of its transactions begins with the search path.
-- Why it fails at its end: users whose changes could not be folded are reported after all others are done. Their changes
--      stay in freshet.study_changes with the error, and each run tries them again.
create procedure analytics.update_topic_mastery(time_budget interval default '75 seconds')
language plpgsql
as $$
declare
    last_change pg_catalog.int8;
    taken_count pg_catalog.int4;
    failed_count pg_catalog.int4;
begin
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    -- What is written from now on is for the next run, so that this one ends however much is written.
    select max(c.change_id) into last_change from freshet.study_changes as c;
    loop
        select f.changes_count into taken_count from freshet.fold_study_changes(up_to_change => last_change) as f;
        commit;
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        exit when taken_count = 0 or clock_timestamp() > statement_timestamp() + time_budget;
    end loop;

    -- After a kill, or in a night that took longer than a run.
    if freshet.is_study_batch_due() then
        call analytics.run_study_batch(time_budget);
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    end if;

    select count(distinct c.user_id) into failed_count from freshet.study_changes as c where c.error is not null;
    if failed_count > 0 then
        -- No text of an error: it may quote a user's rows.
        raise exception using
            errcode = 'data_exception',
            message = format('mastery is not up to date for %s user(s) whose rows could not be computed', failed_count),
            hint = 'All others are done. select user_id, question_id, topic_id, error from freshet.study_changes where error is not null; correct what it names, and the next run does the rest.';
    end if;
end
$$;

revoke all on procedure analytics.update_topic_mastery(interval) from public, anon, authenticated;

comment on procedure analytics.update_topic_mastery(interval) is
    'Recomputes reviews and mastery of what changed, and goes on with a nightly batch that is due, in steps that commit, for at most about time_budget. Fails at its end if users could not be done.';

-- packs/study/schema/user_hash.sql

-- Object: freshet.user_hash()
-- Why: after an erasure only this hash is left of the user, and recognises their late events.
create function freshet.user_hash(user_id text)
returns text
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select encode(
        extensions.hmac(
            convert_to(json_build_array('user', user_id)::text, 'UTF8'),
            convert_to(freshet.study_pepper(), 'UTF8'),
            'sha256'
        ),
        'hex'
    );
$$;

revoke all on function freshet.user_hash(text) from public, anon, authenticated, service_role;

comment on function freshet.user_hash(text) is 'HMAC-SHA256, 64 hex digits, of a user''s id with the pepper in Vault.';

-- packs/study/schema/user_learning_metrics.sql

-- Object: analytics.user_learning_metrics
-- Grain: one row per user
-- Reads: analytics.daily_user_stats, analytics.topic_mastery, analytics.question_reviews
-- Serves: /analytics/study/dashboard
-- Why: the dashboard is one row by key. Its windows end on as_of_date, the last day that the batch has closed.
create table analytics.user_learning_metrics (
    user_id text not null,
    as_of_date date not null,
    questions_attempted_7d integer not null,
    questions_attempted_30d integer not null,
    accuracy_rate_7d numeric,
    accuracy_rate_30d numeric,
    study_seconds_7d bigint not null,
    study_seconds_30d bigint not null,
    sessions_count_30d integer not null,
    active_days_30d integer not null,
    current_streak_days integer not null,
    avg_mastery_score numeric,
    topics_started_count integer not null,
    topics_mastered_count integer not null,
    last_active_on date,
    calculated_at timestamptz not null,
    calculation_version text not null,
    constraint ix_user_learning_metrics primary key (user_id)
);

alter table analytics.user_learning_metrics enable row level security;

revoke all on table analytics.user_learning_metrics from public, anon, authenticated;

comment on table analytics.user_learning_metrics is 'Rolling figures of a user, written by the nightly batch.';

comment on column analytics.user_learning_metrics.accuracy_rate_7d is 'Null without answers, as accuracy_rate_30d.';

comment on column analytics.user_learning_metrics.current_streak_days is 'Days in a row with activity that end on as_of_date.';

comment on column analytics.user_learning_metrics.avg_mastery_score is 'Over the topics with a row in topic_mastery; null without any.';

comment on column analytics.user_learning_metrics.topics_mastered_count is 'Topics with a mastery of 0.8 or more.';

-- packs/study/schema/users_of_study_batch.sql

-- Object: freshet.users_of_study_batch()
-- Why: a batch takes its users in the order of their ids, so that its progress is one id. Each of the three lists is
--      read through its key, from there on and no further than the limit.
-- Why a limit of work: a transaction that took longer than a statement may would be tried again every minute and never
--      end. The unit is the gap of one topic of the curriculum; the score of a topic studied takes about 10 times as long,
--      a marked day 30 times. The usual limit is that of 1,000 users with 100 topics.
create function freshet.users_of_study_batch(after_user_id text, user_limit integer, work_limit integer default 1500000)
returns text[]
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(array_agg(w.user_id order by w.user_id), '{}')
    from (
        select n.user_id, sum(c.work) over (order by n.user_id) - c.work as work_before
        from (
            (
                select distinct m.user_id from analytics.topic_mastery as m
                where m.user_id > coalesce(after_user_id, '') order by m.user_id limit user_limit
            )
            union
            (
                select distinct d.user_id from freshet.days_to_aggregate as d
                where d.user_id > coalesce(after_user_id, '') order by d.user_id limit user_limit
            )
            union
            -- Those of whom nothing remains lose their figures.
            (
                select l.user_id from analytics.user_learning_metrics as l
                where l.user_id > coalesce(after_user_id, '') order by l.user_id limit user_limit
            )
            order by user_id
            limit user_limit
        ) as n
        cross join lateral (
            select
                (select count(*) from public.topics as t)
                + 10 * (select count(*) from analytics.topic_mastery as m where m.user_id = n.user_id)
                + 30 * (select count(*) from freshet.days_to_aggregate as d where d.user_id = n.user_id)
        ) as c (work)
    ) as w
    where w.work_before < work_limit;
$$;

revoke all on function freshet.users_of_study_batch(text, integer, integer) from public, anon, authenticated;

comment on function freshet.users_of_study_batch(text, integer, integer) is
    'The next users of a batch after this id (null: from the first), in the order of their ids: at most user_limit, and fewer if their work is more than work_limit, but at least one; an empty array after the last.';

-- packs/study/schema/first_attempt_accuracy.sql

-- Object: analytics.first_attempt_accuracy
-- Grain: one row per user and topic of which the user has answered a question
-- Reads: analytics.question_reviews, public.topics
-- Serves: /analytics/study/first-attempt-accuracy
-- Why: the state of each question says whether its first answer was correct, so no scan of all answers is needed.
create view analytics.first_attempt_accuracy
with (security_invoker = on)
as
select
    f.user_id,
    f.topic_id,
    t.name as topic_name,
    f.questions_count,
    f.first_correct_count,
    round(f.first_correct_count::numeric / f.questions_count, 6) as first_attempt_accuracy
from (
    select
        r.user_id,
        r.topic_id,
        count(*) as questions_count,
        count(*) filter (where r.is_first_correct) as first_correct_count
    from analytics.question_reviews as r
    group by r.user_id, r.topic_id
) as f
join public.topics as t on t.id = f.topic_id;

revoke all on table analytics.first_attempt_accuracy from public, anon, authenticated;

comment on view analytics.first_attempt_accuracy is 'Share of a user''s questions whose first answer was correct, by topic.';

-- packs/study/schema/named_knowledge_gaps.sql

-- Object: analytics.named_knowledge_gaps
-- Grain: one row per user and topic of knowledge_gaps
-- Reads: analytics.knowledge_gaps, public.topics
-- Serves: /analytics/study/gaps
create view analytics.named_knowledge_gaps
with (security_invoker = on)
as
select
    g.user_id,
    g.topic_id,
    t.name as topic_name,
    g.priority_score,
    g.gap_score,
    g.board_exam_weight,
    g.prerequisite_impact,
    g.recent_failure_rate,
    g.calculated_at,
    g.calculation_version
from analytics.knowledge_gaps as g
join public.topics as t on t.id = g.topic_id;

revoke all on table analytics.named_knowledge_gaps from public, anon, authenticated;

comment on view analytics.named_knowledge_gaps is 'Gaps with the names of topics.';

-- packs/study/schema/named_topic_mastery.sql

-- Object: analytics.named_topic_mastery
-- Grain: one row per user and topic of topic_mastery
-- Reads: analytics.topic_mastery, public.topics
-- Serves: /analytics/study/mastery
create view analytics.named_topic_mastery
with (security_invoker = on)
as
select
    m.user_id,
    m.topic_id,
    t.name as topic_name,
    t.board_exam_weight,
    m.mastery_score,
    m.first_attempt_accuracy,
    m.overall_accuracy,
    m.retrieval_strength,
    m.material_completion,
    m.questions_count,
    m.attempts_count,
    m.stability_days,
    m.last_answered_at,
    m.calculated_at,
    m.calculation_version
from analytics.topic_mastery as m
join public.topics as t on t.id = m.topic_id;

revoke all on table analytics.named_topic_mastery from public, anon, authenticated;

comment on view analytics.named_topic_mastery is 'Mastery with the names of topics.';

-- packs/study/schema/question_attempts.sql

-- Object: public.question_attempts
-- Grain: one row per answer to a question
-- Why: the answer is what everything is computed from: accuracy, spaced repetition, mastery. It has the id of its event.
create table public.question_attempts (
    event_id uuid not null,
    user_id text not null check (octet_length(user_id) between 1 and 1000),
    session_id text check (session_id ~ '^[0-9a-f]{64}$'),
    question_id uuid not null,
    topic_id uuid not null references public.topics (id) on delete cascade,
    selected_answer text check (octet_length(selected_answer) <= 200),
    correct_answer text check (octet_length(correct_answer) <= 200),
    is_correct boolean not null,
    is_hint_used boolean not null default false,
    time_to_answer_seconds numeric check (time_to_answer_seconds between 0 and 86400),
    attempted_at timestamptz not null check (attempted_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    primary key (user_id, event_id)
);

create index ix_question_attempts_user_created on public.question_attempts (user_id, attempted_at);

create index ix_question_attempts_topic_user on public.question_attempts (topic_id, user_id);

create index ix_question_attempts_user_question on public.question_attempts (user_id, question_id, attempted_at, event_id);

alter table public.question_attempts enable row level security;

revoke all on table public.question_attempts from public, anon, authenticated;

grant select on table public.question_attempts to authenticated;

grant select, insert, update, delete on table public.question_attempts to service_role;

create trigger answers_were_inserted after insert on public.question_attempts
    referencing new table as new_rows
    for each statement execute function freshet.answers_changed();

create trigger answers_were_updated after update on public.question_attempts
    referencing old table as old_rows new table as new_rows
    for each statement execute function freshet.answers_changed();

create trigger answers_were_deleted after delete on public.question_attempts
    referencing old table as old_rows
    for each statement execute function freshet.answers_changed();

comment on table public.question_attempts is 'Answers to questions, in the order of (attempted_at, event_id).';

comment on column public.question_attempts.time_to_answer_seconds is 'Null where it was not measured.';

-- packs/study/schema/question_history.sql

-- Object: analytics.question_history
-- Grain: one row per answer
-- Reads: public.question_attempts, analytics.question_reviews
-- Serves: /analytics/study/questions/history
create view analytics.question_history
with (security_invoker = on)
as
select
    a.event_id,
    a.user_id,
    a.question_id,
    a.topic_id,
    a.selected_answer,
    a.correct_answer,
    a.is_correct,
    a.is_hint_used,
    a.time_to_answer_seconds,
    freshet.answer_quality(a.is_correct, a.is_hint_used, a.time_to_answer_seconds) as quality,
    a.attempted_at,
    r.due_on as next_review_on,
    r.interval_days,
    r.easiness_factor
from public.question_attempts as a
left join analytics.question_reviews as r on r.user_id = a.user_id and r.question_id = a.question_id;

revoke all on table analytics.question_history from public, anon, authenticated;

comment on view analytics.question_history is 'Answers, each with the state of its question''s spaced repetition as it is now.';

comment on column analytics.question_history.next_review_on is
    'When the question is due; null until the job update-topic-mastery has seen its first answer, as interval_days and easiness_factor.';

-- packs/study/schema/recompute_changed.sql

-- Object: freshet.recompute_changed()
-- Why: a change names a question, a topic, or both. The topics to recompute are those that the changes name and those
--      that their questions belonged to before and belong to now.
create function freshet.recompute_changed(changes freshet.study_changes[], calculated_at timestamptz default now())
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    question_user_ids text[];
    question_ids uuid[];
    user_ids text[];
    topic_ids uuid[];
begin
    select array_agg(c.user_id), array_agg(c.topic_id)
    into user_ids, topic_ids
    from unnest(changes) as c
    where c.topic_id is not null;

    select array_agg(c.user_id), array_agg(c.question_id)
    into question_user_ids, question_ids
    from unnest(changes) as c
    where c.question_id is not null;

    if question_ids is not null then
        select user_ids || array_agg(r.user_id), topic_ids || array_agg(r.topic_id)
        into user_ids, topic_ids
        from freshet.recompute_question_reviews(question_user_ids, question_ids, calculated_at) as r;
    end if;
    -- A statement that writes no row still makes every cached answer about the table old.
    if user_ids is not null then
        perform freshet.recompute_topic_mastery(user_ids, topic_ids, calculated_at);
    end if;
end
$$;

revoke all on function freshet.recompute_changed(freshet.study_changes[], timestamptz) from public, anon, authenticated;

comment on function freshet.recompute_changed(freshet.study_changes[], timestamptz) is
    'Recomputes the reviews of the changed questions and the mastery of the topics concerned. Idempotent.';

-- packs/study/schema/study_materials.sql

-- Object: public.study_materials
-- Grain: one row per material to read or watch
-- Why: how much of a topic's material a user has completed needs the list of the topic's materials.
create table public.study_materials (
    id uuid primary key default gen_random_uuid(),
    topic_id uuid not null references public.topics (id) on delete cascade,
    title text not null check (octet_length(title) between 1 and 500),
    created_at timestamptz not null default now()
);

create index study_materials_topic_id_idx on public.study_materials (topic_id);

alter table public.study_materials enable row level security;

revoke all on table public.study_materials from public, anon, authenticated;

grant select on table public.study_materials to authenticated;

grant select, insert, update, delete on table public.study_materials to service_role;

-- packs/study/schema/study_session_list.sql

-- Object: analytics.study_session_list
-- Grain: one row per session
-- Reads: public.study_sessions
-- Serves: /analytics/study/sessions
create view analytics.study_session_list
with (security_invoker = on)
as
select
    s.session_id,
    s.user_id,
    (s.started_at at time zone 'UTC')::date as started_on,
    s.started_at,
    s.last_event_at,
    s.ended_at,
    extract(epoch from s.last_event_at - s.started_at)::bigint as study_seconds,
    s.events_count,
    s.questions_attempted,
    s.questions_correct,
    s.materials_viewed,
    s.device_type
from public.study_sessions as s;

revoke all on table analytics.study_session_list from public, anon, authenticated;

comment on view analytics.study_session_list is 'Sessions with their day and their time.';

comment on column analytics.study_session_list.started_on is 'UTC day of the first event.';

comment on column analytics.study_session_list.study_seconds is 'From the first to the last event.';

-- packs/study/schema/topic_prerequisite_cycles.sql

-- Object: analytics.topic_prerequisite_cycles
-- Grain: one row per topic that is a prerequisite of itself, directly or through others
-- Reads: public.topics, public.topic_prerequisites
-- Serves: /analytics/study/topics/cycles
-- Why: a circle cannot be learnt in any order, so one of its prerequisites is wrong. It is looked for when it is read,
--      so that a correction shows at once.
create view analytics.topic_prerequisite_cycles
with (security_invoker = on)
as
select
    c.topic_id,
    t.name,
    c.cycle_id,
    (count(*) over (partition by c.cycle_id))::integer as topics_count
from freshet.prerequisite_closure() as c
join public.topics as t on t.id = c.topic_id
where c.cycle_id is not null;

revoke all on table analytics.topic_prerequisite_cycles from public, anon, authenticated;

comment on view analytics.topic_prerequisite_cycles is
    'Topics in circles of prerequisites. To repair one, delete a row of public.topic_prerequisites between two of its topics.';

comment on column analytics.topic_prerequisite_cycles.cycle_id is
    'The least topic id of the circle; circles that share a topic are one.';

comment on column analytics.topic_prerequisite_cycles.topics_count is 'Topics in the circle.';

-- packs/study/schema/topic_prerequisites.sql

-- Object: public.topic_prerequisites
-- Grain: one row per topic and topic that has to be learnt before it
-- Why: a gap in a topic is more urgent if other topics rest on it. A circle is accepted and reported, not refused: the
--      curriculum is edited in steps, and one wrong row must not stop the batch; see analytics.topic_prerequisite_cycles.
create table public.topic_prerequisites (
    topic_id uuid not null references public.topics (id) on delete cascade,
    prerequisite_topic_id uuid not null references public.topics (id) on delete cascade,
    primary key (topic_id, prerequisite_topic_id)
);

create index topic_prerequisites_prerequisite_topic_id_idx on public.topic_prerequisites (prerequisite_topic_id);

alter table public.topic_prerequisites enable row level security;

revoke all on table public.topic_prerequisites from public, anon, authenticated;

grant select on table public.topic_prerequisites to authenticated;

grant select, insert, update, delete on table public.topic_prerequisites to service_role;

-- packs/study/schema/material_interactions.sql

-- Object: public.material_interactions
-- Grain: one row per user and material
-- Why: sums, least and greatest values over the events of a user and a material, the same in whatever order they arrive.
create table public.material_interactions (
    material_id uuid not null references public.study_materials (id) on delete cascade,
    user_id text not null check (octet_length(user_id) between 1 and 1000),
    progress_rate numeric not null default 0 check (progress_rate between 0 and 1),
    reading_seconds numeric not null default 0 check (reading_seconds >= 0),
    opens_count integer not null default 0 check (opens_count >= 0),
    first_at timestamptz not null check (first_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    last_at timestamptz not null check (last_at between first_at and '9999-12-31 00:00+00'),
    completed_at timestamptz check (completed_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    constraint ix_material_interactions_material_user primary key (material_id, user_id)
);

create index material_interactions_user_id_idx on public.material_interactions (user_id, last_at);

alter table public.material_interactions enable row level security;

revoke all on table public.material_interactions from public, anon, authenticated;

grant select on table public.material_interactions to authenticated;

grant select, insert, update, delete on table public.material_interactions to service_role;

create trigger materials_were_read_first after insert on public.material_interactions
    referencing new table as new_rows
    for each statement execute function freshet.reading_changed();

create trigger materials_were_read_on after update on public.material_interactions
    referencing old table as old_rows new table as new_rows
    for each statement execute function freshet.reading_changed();

create trigger material_reading_was_deleted after delete on public.material_interactions
    referencing old table as old_rows
    for each statement execute function freshet.reading_changed();

comment on column public.material_interactions.progress_rate is 'The greatest share that was reported, 0 to 1.';

comment on column public.material_interactions.completed_at is 'When it was first reported as complete (material_complete, or a progress of 1); null if it was not.';

-- packs/study/schema/material_progress.sql

-- Object: analytics.material_progress
-- Grain: one row per user and material that the user has opened
-- Reads: public.material_interactions, public.study_materials
-- Serves: /analytics/study/materials/progress
create view analytics.material_progress
with (security_invoker = on)
as
select
    i.user_id,
    i.material_id,
    m.title,
    m.topic_id,
    i.progress_rate,
    i.reading_seconds,
    i.opens_count,
    i.first_at,
    i.last_at,
    i.completed_at
from public.material_interactions as i
join public.study_materials as m on m.id = i.material_id;

revoke all on table analytics.material_progress from public, anon, authenticated;

comment on view analytics.material_progress is 'How far a user has come in each material.';

-- packs/study/schema/material_interactions.sql

create policy interactions_are_read_by_their_user on public.material_interactions
    for select to authenticated using (user_id = (select freshet.caller_claims() ->> 'sub'));

-- packs/study/schema/question_attempts.sql

create policy attempts_are_read_by_their_user on public.question_attempts
    for select to authenticated using (user_id = (select freshet.caller_claims() ->> 'sub'));

-- packs/study/schema/study_materials.sql

create policy materials_are_read_by_all on public.study_materials for select to authenticated using (true);

-- packs/study/schema/study_sessions.sql

create policy sessions_are_read_by_their_user on public.study_sessions
    for select to authenticated using (user_id = (select freshet.caller_claims() ->> 'sub'));

-- packs/study/schema/topic_prerequisites.sql

create policy prerequisites_are_read_by_all on public.topic_prerequisites for select to authenticated using (true);

-- packs/study/schema/topics.sql

create policy topics_are_read_by_all on public.topics for select to authenticated using (true);

-- packs/study/schema/check_study_batch.sql

select analytics.register_job(
    job_name => 'check-study-batch',
    schedule => '15 6-23 * * *',
    command => 'set statement_timeout = ''1min''; select analytics.check_study_batch()',
    max_runtime => '2 minutes'
);

-- packs/study/schema/daily_user_stats.sql

select analytics.register_live(
    name => 'daily_user_stats', pack => 'study', sources => array['analytics.daily_user_stats']::regclass[]
);

-- packs/study/schema/drop_old_study_events.sql

select analytics.register_job(
    job_name => 'drop-old-study-events',
    schedule => '50 2 * * *',
    command => 'call analytics.drop_old_study_events()'
);

-- packs/study/schema/first_attempt_accuracy.sql

select analytics.register_live(
    name => 'first_attempt_accuracy',
    pack => 'study',
    sources => array['analytics.question_reviews', 'public.topics']::regclass[]
);

-- packs/study/schema/knowledge_gaps.sql

select analytics.register_live(
    name => 'knowledge_gaps', pack => 'study', sources => array['analytics.knowledge_gaps', 'public.topics']::regclass[]
);

-- packs/study/schema/make_study_months.sql

-- One statement with the registration of the job: a drafted migration would leave out one that only makes months.
select analytics.register_job(
    job_name => 'make-study-months',
    schedule => '15 0 * * *',
    command => 'set statement_timeout = ''5min''; set lock_timeout = ''5s''; select analytics.make_study_months()'
)
from analytics.make_study_months();

-- packs/study/schema/material_progress.sql

select analytics.register_live(
    name => 'material_progress',
    pack => 'study',
    sources => array['public.material_interactions', 'public.study_materials']::regclass[]
);

-- packs/study/schema/question_history.sql

select analytics.register_live(
    name => 'question_history',
    pack => 'study',
    sources => array['public.question_attempts', 'analytics.question_reviews']::regclass[]
);

-- packs/study/schema/question_reviews.sql

select analytics.register_live(
    name => 'question_reviews', pack => 'study', sources => array['analytics.question_reviews', 'public.topics']::regclass[]
);

-- packs/study/schema/run_study_batch.sql

select analytics.register_job(
    job_name => 'aggregate-study-days',
    schedule => '5 0 * * *',
    command => 'call analytics.run_study_batch()',
    max_runtime => '2 minutes'
);

-- packs/study/schema/study_session_list.sql

select analytics.register_live(
    name => 'study_session_list', pack => 'study', sources => array['public.study_sessions']::regclass[]
);

-- packs/study/schema/topic_daily_stats.sql

select analytics.register_live(
    name => 'topic_daily_stats', pack => 'study', sources => array['analytics.topic_daily_stats']::regclass[]
);

-- packs/study/schema/topic_mastery.sql

select analytics.register_live(
    name => 'topic_mastery', pack => 'study', sources => array['analytics.topic_mastery', 'public.topics']::regclass[]
);

-- packs/study/schema/topic_prerequisite_cycles.sql

select analytics.register_live(
    name => 'topic_prerequisite_cycles', pack => 'study',
    sources => array['public.topics', 'public.topic_prerequisites']::regclass[]
);

-- packs/study/schema/update_topic_mastery.sql

select analytics.register_job(
    job_name => 'update-topic-mastery',
    schedule => '* * * * *',
    command => 'call analytics.update_topic_mastery()',
    max_runtime => '2 minutes'
);

-- packs/study/schema/user_learning_metrics.sql

select analytics.register_live(
    name => 'user_learning_metrics', pack => 'study', sources => array['analytics.user_learning_metrics']::regclass[]
);

reset check_function_bodies;
