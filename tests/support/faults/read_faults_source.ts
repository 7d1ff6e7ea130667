import postgres from "postgres";
import { pause } from "../../../stack/pause.ts";
import { type ReadFault, until } from "./read_fault.ts";
import { ask } from "./read_judge.ts";
import { OBSERVER, type ReadScene } from "./read_scene.ts";

/** Concurrent database reads of an isolate; the data API allows ten. */
const PERMITS = 8;

/**
 * For an isolate with an empty memory: minutes without the database, and the required answers for rows that depend on
 * rights and for public rows.
 */
const BOUNDS = [
  [14, "stale", "stale"],
  [16, "told", "stale"],
  [23 * 60, "told", "stale"],
  [25 * 60, "told", "told"],
] as const;

/** F10 and F11: the database is slow, or accepts no more connections. */
export const slowSourceFaults: readonly ReadFault[] = [
  {
    id: "F10",
    what: "the database does not answer within the time of a read",
    is_rare: true,
    async run({ scene, count, meet, wrong, note }) {
      const questions = scene.questions(3 * count);
      let most = 0;
      await scene.whileLocked(async () => {
        let is_over = false;
        const watching = (async () => {
          while (!is_over) {
            most = Math.max(most, await readsUnderWay(scene));
            await pause(100);
          }
        })();
        await Promise.all(questions.map((question) => meet(question, "told")));
        is_over = true;
        await watching;
      });
      note("most_reads_at_once", most);
      wrong(Math.max(0, most - PERMITS));
      await recovers(scene);
      await Promise.all(questions.slice(0, PERMITS).map((question) => meet(question, "rows")));
    },
  },
  {
    id: "F11",
    what: "the database takes no more connections",
    is_rare: true,
    async run({ scene, count, meet, note }) {
      const questions = scene.questions(count);
      const connections = await takeAllConnections(scene);
      note("connections_taken", connections.length);
      try {
        await Promise.all(questions.map((question, index) => meet(question, "told", { isolate: turn(scene, index) })));
      } finally {
        await Promise.all(connections.map((one) => one.end({ timeout: 1 })));
      }
      // It must recover without a restart of any part.
      await recovers(scene);
      await Promise.all(questions.map((question, index) => meet(question, "rows", { isolate: turn(scene, index) })));
    },
  },
];

/** F8 and F9: the database is down, and does not come back. */
export const downSourceFaults: readonly ReadFault[] = [
  {
    id: "F8",
    what: "the database is stopped, the answers are known",
    async run({ scene, count, is_whole, meet, note }) {
      const known = [...scene.questions(count), ...scene.publicQuestions(count)];
      // An earlier fault may have emptied Redis: the next question reads the current versions and shares them again.
      await pause(2_100);
      for (const isolate of Object.values(scene.isolates)) {
        for (const { path } of known) await ask(isolate, path, scene.service);
      }
      await pause(200); // answers are shared in the background
      await scene.product.sql.end({ timeout: 5 });
      await scene.superuser.end({ timeout: 5 });
      await scene.product.stack.parts.find((part) => part.name === "postgres")?.stop();
      // Until no isolate treats its known versions as current.
      await pause(2_100);
      await Promise.all(known.map((question, index) => meet(question, "stale", { isolate: turn(scene, index) })));

      // The bounds, which an isolate without a memory of its own takes from Redis.
      const [of_rights, of_all] = [known.slice(0, count), known.slice(count)];
      for (const [minutes, rights, others] of is_whole ? BOUNDS : BOUNDS.filter((_, index) => index % 2 === 1)) {
        await letPointerBe(scene, minutes);
        const isolate = (await scene.isolate()).url;
        // Its first call to Redis may take longer than one may.
        await ask(isolate, known[0]?.path ?? "", scene.service);
        for (const question of of_rights) await meet(question, rights, { isolate });
        for (const question of of_all) await meet(question, others, { isolate });
      }
      await letPointerBe(scene, 0);
      note("known_answers", known.length);
    },
  },
  {
    id: "F9",
    what: "the database is stopped, nothing is known",
    async run({ scene, count, meet, wrong }) {
      const before = await scene.redisKeys("*arena/*");
      const questions = scene.questions(count);
      await Promise.all(questions.map((question, index) => meet(question, "told", { isolate: turn(scene, index) })));
      // What is shared is shared behind the answer.
      await pause(300);
      const after = await scene.redisKeys("*arena/*");
      wrong(after.filter((key) => !before.includes(key) && !key.includes("lock:")).length);
    },
  },
];

function turn({ isolates }: ReadScene, index: number): string {
  return index % 2 === 0 ? isolates.one : isolates.other;
}

async function readsUnderWay({ superuser }: ReadScene): Promise<number> {
  const [row] = await superuser`
    select count(*)::integer as count from pg_stat_activity
    where state = 'active' and query like '%read_view%' and pid <> pg_backend_pid()`;
  return Number(row?.["count"]);
}

/** Waits until both isolates ask the database again. */
async function recovers(scene: ReadScene): Promise<void> {
  for (const isolate of Object.values(scene.isolates)) {
    await until("recovery", async () => {
      const reply = await ask(isolate, scene.questions(1)[0]?.path ?? "", scene.service);
      if (reply?.status !== 200) await pause(250);
      return reply?.status === 200 && reply.headers.get("freshet-stale") === null;
    });
  }
}

/** Connects until the server refuses, and ends all other sessions, until none is left for the data API. */
async function takeAllConnections({ superuser, product }: ReadScene): Promise<postgres.Sql[]> {
  const taken: postgres.Sql[] = [];
  const endOthers = async () => {
    const [row] = await superuser`
      select count(pg_terminate_backend(pid))::integer as ended from pg_stat_activity
      where backend_type = 'client backend' and application_name <> ${OBSERVER}`;
    return Number(row?.["ended"]);
  };
  for (let round = 0; round < 20; round += 1) {
    for (;;) {
      const one = postgres(product.stack.superuserUrl, {
        max: 1,
        onnotice: () => {},
        connection: { application_name: OBSERVER },
      });
      const is_in = await one`select 1`.then(() => true, () => false);
      if (!is_in) {
        await one.end({ timeout: 1 });
        break;
      }
      taken.push(one);
    }
    if (await endOthers() === 0) return taken;
  }
  return taken;
}

/** Lets the last known versions be so old, in minutes, and none count as current. */
async function letPointerBe({ redis, redisKeys }: ReadScene, minutes: number): Promise<void> {
  for (const key of await redisKeys("*states:last")) {
    const pointer = JSON.parse(String(await redis("GET", key)));
    const observed_at = Date.now() - minutes * 60_000;
    await redis("SET", key, JSON.stringify({ ...pointer, observed_at }), "PX", "86400000");
  }
}
