import type postgres from "postgres";
import { DEMO_TOPICS } from "./curriculum.ts";
import { demoHistory } from "./history.ts";

/** The user of the study pack's demo token, who does not exist in the dataset. */
export const demoLearner = "demo-learner";

/** As many as a client sends at once. */
const BATCH = 500;
const BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/**
 * Adds a course with weights, prerequisites and materials, which the dataset lacks, and a learner who took it. Both are
 * made up. The history goes the way of every event, so that all figures are computed from it. Can be run again.
 */
export async function plantDemoStudy(sql: postgres.Sql): Promise<void> {
  await sql.begin(async (transaction) => {
    await plantCourse(transaction);
    await transaction`select analytics.make_study_months()`;
    const events = demoHistory(new Date());
    for (let from = 0; from < events.length; from += BATCH) {
      await transaction`
        select freshet.take_events(
            ${demoLearner}, ${JSON.stringify(events.slice(from, from + BATCH))}::text::jsonb, null, ${BROWSER}, null
        )`;
    }
  });
}

async function plantCourse(sql: postgres.TransactionSql): Promise<void> {
  const topics = DEMO_TOPICS.map(({ id, name, weight }) => ({ id, name, weight }));
  const orders = DEMO_TOPICS.flatMap(({ id, after }) => after.map((place) => ({ id, before: DEMO_TOPICS[place]?.id })));
  const materials = DEMO_TOPICS.flatMap(({ id, materials }) => materials.map((one) => ({ ...one, topic_id: id })));
  await sql`
    insert into public.topics (id, name, board_exam_weight)
    select t.id, t.name, t.weight
    from jsonb_to_recordset(${JSON.stringify(topics)}::text::jsonb) as t (id uuid, name text, weight numeric)
    on conflict (id) do nothing`;
  await sql`
    insert into public.topic_prerequisites (topic_id, prerequisite_topic_id)
    select o.id, o.before
    from jsonb_to_recordset(${JSON.stringify(orders)}::text::jsonb) as o (id uuid, before uuid)
    on conflict do nothing`;
  await sql`
    insert into public.study_materials (id, topic_id, title)
    select m.id, m.topic_id, m.title
    from jsonb_to_recordset(${JSON.stringify(materials)}::text::jsonb) as m (id uuid, topic_id uuid, title text)
    on conflict (id) do nothing`;
}
