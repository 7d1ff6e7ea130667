-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- packs/study/schema/forget_user.sql

-- Object: freshet.forget_user(), public.forget_user()
-- Why: the right to erasure. Every figure of the pack belongs to one user (topics have no totals over users), so that
--      nothing has to be recomputed for others.
-- Why two locks: jobs recompute users one transaction at a time, and none may write a user's figures from answers that are
--      being erased; and tracking in progress has to end first, or its events would be committed after the erasure that
--      did not see them.
create or replace function freshet.forget_user(user_id text)
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
    perform freshet.lock_study_jobs();

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

    counts := counts || jsonb_build_object('analytics.export_jobs', freshet.forget_exports_of(forgotten));

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

reset check_function_bodies;
