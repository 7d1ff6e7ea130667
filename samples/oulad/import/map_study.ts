import type postgres from "postgres";
import { BUSY_LEARNER, LAST_STUDY_DAY } from "./busy_learner.ts";

/** From the least score that passes an assessment of the Open University. */
const PASS_MARK = 40;

/** Which part of the study pack's rows is wanted, and whose they are. */
export interface StudyChoice {
  /** At most so many answers, of whole students; null for all. */
  readonly answers: number | null;
  /** The user with the busy learner's history, unless an earlier import gave it to another; null for a user of its own. */
  readonly learner: string | null;
}

/**
 * Makes the study pack's rows from the results: `oulad_wanted_topics`, `_answers`, `_events` and `_study_sessions` hold what
 * the pack must hold, whatever it holds now. Days are shifted, so that the last one is the day before the first import.
 */
export async function mapStudy(sql: postgres.TransactionSql, { answers, learner }: StudyChoice): Promise<void> {
  await mapTopics(sql);
  await mapAnswers(sql, answers, await keptLearner(sql) ?? learner);
  await leaveOutErased(sql);
  await mapStudySessions(sql);
  await mapEvents(sql);
}

async function mapTopics(sql: postgres.TransactionSql): Promise<void> {
  await sql`
    create temporary table oulad_wanted_topics on commit drop as
    select
        c.code_module,
        c.code_presentation,
        md5('oulad:presentation:' || c.code_module || ':' || c.code_presentation)::uuid as id,
        c.code_module || ' ' || c.code_presentation as name
    from pg_temp.oulad_courses as c`;
}

/** Whose the busy learner's answers are since an earlier import: events are immutable, so they stay that user's. */
async function keptLearner(sql: postgres.TransactionSql): Promise<string | null> {
  const [kept] = await sql<{ user_id: string }[]>`
    select a.user_id
    from public.question_attempts as a
    where a.event_id in (
        select md5('oulad:attempt:' || r.id_assessment || ':' || r.id_student)::uuid
        from pg_temp.oulad_results as r
        where r.id_student = ${BUSY_LEARNER}
    )
    limit 1`;
  return kept?.user_id ?? null;
}

/** A submission without a score is left out: whether it was right is not in the dataset. */
async function mapAnswers(
  sql: postgres.TransactionSql,
  limit: number | null,
  learner: string | null,
): Promise<void> {
  await sql`
    create temporary table oulad_study_results on commit drop as
    select
        r.*,
        md5('oulad:attempt:' || r.id_assessment || ':' || r.id_student)::uuid as event_id,
        case when r.id_student = ${BUSY_LEARNER} then coalesce(${learner}::text, 'oulad-' || r.id_student)
            else 'oulad-' || r.id_student end as user_id
    from pg_temp.oulad_results as r
    where r.score is not null and r.submitted_on <= ${LAST_STUDY_DAY}::date`;
  const shift = await shiftedDays(sql);
  await sql`
    create temporary table oulad_wanted_answers on commit drop as
    select
        r.event_id,
        r.user_id,
        encode(sha256(convert_to('oulad:session:' || r.id_student || ':' || r.submitted_on, 'UTF8')), 'hex') as session_id,
        md5('oulad:assessment:' || r.id_assessment)::uuid as question_id,
        t.id as topic_id,
        r.score >= ${PASS_MARK} as is_correct,
        (r.submitted_on + ${shift}::integer)::timestamp at time zone 'UTC' as attempted_at
    from pg_temp.oulad_study_results as r
    join pg_temp.oulad_wanted_topics as t
        on t.code_module = r.code_module and t.code_presentation = r.code_presentation
    join (
        -- The busy learner first, then students in an order that favours none.
        select s.id_student, sum(s.answers_count) over (order by s.id_student <> ${BUSY_LEARNER}, md5(s.id_student)) as total
        from (
            select r.id_student, count(*) as answers_count from pg_temp.oulad_study_results as r group by r.id_student
        ) as s
    ) as s on s.id_student = r.id_student and s.total <= coalesce(${limit}::bigint, s.total)`;
  await sql`analyze pg_temp.oulad_wanted_answers`;
}

/** As an earlier import shifted them, whatever became of some of its rows since. */
async function shiftedDays(sql: postgres.TransactionSql): Promise<number> {
  const [shift] = await sql<{ days: number }[]>`
    select coalesce(
        (
            select mode() within group (order by (a.attempted_at at time zone 'UTC')::date - r.submitted_on)
            from pg_temp.oulad_study_results as r
            join public.question_attempts as a on a.event_id = r.event_id
        ),
        (now() at time zone 'UTC')::date - 1 - ${LAST_STUDY_DAY}::date
    ) as days`;
  return shift?.days ?? 0;
}

/** A student who was erased stays erased. */
async function leaveOutErased(sql: postgres.TransactionSql): Promise<void> {
  const [erased] = await sql`select from freshet.erasures limit 1`;
  if (erased === undefined) return;
  await sql`
    delete from pg_temp.oulad_wanted_answers as w
    using (
        select u.user_id, freshet.user_hash(u.user_id) as user_hash
        from (select distinct w.user_id from pg_temp.oulad_wanted_answers as w) as u
    ) as u
    where w.user_id = u.user_id and u.user_hash in (select e.user_hash from freshet.erasures as e)`;
}

/** One for each user and day: the dataset has no times. */
async function mapStudySessions(sql: postgres.TransactionSql): Promise<void> {
  await sql`
    create temporary table oulad_wanted_study_sessions on commit drop as
    select
        w.session_id,
        w.user_id,
        w.attempted_at as started_at,
        count(*)::integer as questions_attempted,
        (count(*) filter (where w.is_correct))::integer as questions_correct
    from pg_temp.oulad_wanted_answers as w
    group by w.session_id, w.user_id, w.attempted_at`;
}

/** Events are kept for two years: the log would drop older ones in the next night. */
async function mapEvents(sql: postgres.TransactionSql): Promise<void> {
  await sql`
    create temporary table oulad_wanted_events on commit drop as
    select w.event_id, w.user_id, w.session_id, w.question_id, w.topic_id, w.attempted_at as created_at
    from pg_temp.oulad_wanted_answers as w
    where w.attempted_at >= ((now() at time zone 'UTC') - interval '2 years') at time zone 'UTC'`;
}
