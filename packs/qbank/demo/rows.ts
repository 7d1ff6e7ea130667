import type postgres from "postgres";

/** Of the made-up questions. */
const LESIONS = ["VSD", "ASD", "PDA", "Tetralogy of Fallot", "Coarctation of the aorta"];
const TOPICS = ["Anatomy", "Auscultation", "Imaging", "Treatment"];

/** A number from 0 to below 1 that is the same in each run: no random one is. */
const CHANCE = (text: string) => `(('x' || left(md5(${text}), 8))::bit(32)::bigint / 4294967296.0)`;

/**
 * Two questions for each lesion and topic, and twenty weeks of answers to them that end yesterday. All are made up: no
 * data set with answers, lesions and topics is free. Some weeks have fewer than five answers to a question.
 */
export async function plantDemoBank(sql: postgres.Sql): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction`
      insert into public.questions (id, stem, lesion, topic)
      select
          md5('demo:question:' || q.place)::uuid,
          q.topic || ' of ' || q.lesion || ', question ' || q.number || ' (made up)', q.lesion, q.topic
      from (
          select
              row_number() over (order by l.place, t.place, n.number) as place, l.lesion, t.topic, n.number
          from unnest(${LESIONS}::text[]) with ordinality as l (lesion, place)
          cross join unnest(${TOPICS}::text[]) with ordinality as t (topic, place)
          cross join generate_series(1, 2) as n (number)
      ) as q
      on conflict (id) do nothing`;
    await transaction.unsafe(`
      insert into public.responses (id, question_id, user_id, is_correct, duration_ms, answered_at)
      select
          a.id, a.question_id, md5('demo:learner:' || floor(40 * ${CHANCE("a.id || 'who'")}))::uuid,
          -- Each lesion and topic has a difficulty of its own, and answers grow better from week to week.
          ${CHANCE("a.id || 'right'")} < 0.3 + 0.35 * ${CHANCE("a.lesion || a.topic")} + 0.015 * (19 - a.weeks_ago),
          case when ${CHANCE("a.id || 'measured'")} < 0.9 then 12000 + floor(75000 * ${CHANCE("a.id || 'time'")}) end,
          date_trunc('day', now(), 'UTC') - interval '7 days' * a.weeks_ago
              - interval '1 second' * (1 + floor(604800 * ${CHANCE("a.id || 'when'")}))
      from (
          select
              md5('demo:answer:' || q.id || ':' || w.weeks_ago || ':' || n.number)::uuid as id, q.id as question_id,
              q.lesion, q.topic, w.weeks_ago
          from public.questions as q
          cross join generate_series(0, 19) as w (weeks_ago)
          cross join lateral generate_series(1, 3 + floor(9 * ${CHANCE("q.id::text || w.weeks_ago")})::integer)
              as n (number)
          where q.stem like '%(made up)'
      ) as a
      on conflict (id) do nothing`);
  });
}
