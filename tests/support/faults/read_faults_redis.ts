import { pause } from "../../../stack/pause.ts";
import { type Meeting, rarely, type ReadFault, soon } from "./read_fault.ts";
import { ask, type Question } from "./read_judge.ts";
import type { RedisFault } from "../rigs/redis_proxy.ts";

const PLANTED = "planted-in-redis";

/** F1 to F7: Redis is down, silent, or returns something else than was stored. */
export const redisFaults: readonly ReadFault[] = [
  {
    id: "F4",
    what: "Redis is emptied again and again under load",
    async run({ scene, count, meet, wrong, note }) {
      const questions = scene.questions(count);
      await Promise.all(questions.map(({ path }) => ask(scene.isolates.one, path, scene.service)));
      const before = await scene.countReads();
      for (let round = 0; round < 4; round += 1) {
        const crowd = questions.flatMap((question) =>
          Object.values(scene.isolates).map((isolate) => meet(question, "rows", { isolate }))
        );
        await scene.redis("FLUSHALL");
        await Promise.all(crowd);
      }
      const reads = await scene.countReads() - before;
      note("questions", count);
      note("database_reads", reads);
      // The isolate that has them in memory reads none; the other one reads each once.
      wrong(Math.max(0, reads - count));
    },
  },
  {
    id: "F5",
    what: "Redis holds the value of another key, another tenant, an older build, or half of one",
    async run({ scene, count, meet, note }) {
      await scene.redis("FLUSHALL");
      const { one: writer, other: reader } = scene.isolates;
      // Each answer is an entry under its version, and a note with the entry's key under its stem.
      const answers = async () => (await scene.redisKeys("*arena/progress*")).filter((key) => !key.includes("lock:"));
      // On a busy machine the circuit breaker may be open for ten seconds: answers are then not shared.
      const questions: Question[] = [];
      for (const began = Date.now(); (await answers()).length < 2 * count && Date.now() - began < 25_000;) {
        for (const one of scene.questions(count)) {
          await ask(writer, one.path, scene.asOwner(one));
          questions.push(one);
        }
        await soon(async () => (await answers()).length >= 2 * count);
      }
      const keys = await answers();
      const values = await Promise.all(keys.map(async (key) => String(await scene.redis("GET", key))));
      const entries = keys.filter((_, index) => values[index]?.startsWith("{"));
      const bodies = values.filter((value) => value.startsWith("{"));
      await Promise.all(entries.map((key, index) => {
        const next = bodies[(index + 1) % bodies.length] ?? "";
        const { x: _cut, ...older } = JSON.parse(bodies[index] ?? "{}");
        const planted = [next, JSON.stringify({ ...older, body: PLANTED }), next.slice(0, 40)][index % 3];
        return scene.redis("SET", key, planted ?? "", "PX", "60000");
      }));
      const notes = keys.filter((key) => !entries.includes(key));
      await Promise.all(notes.map((key, index) => scene.redis("SET", key, entries[index] ?? "", "PX", "60000")));
      if (entries.length < 2) throw new Error("there is nothing to plant into");
      note("planted", keys.length);
      await Promise.all(
        questions.map((one) => meet(one, "rows", { isolate: reader, headers: scene.asOwner(one) })),
      );
      await scene.redis("FLUSHALL");
    },
  },
  {
    id: "F6",
    what: "an isolate is killed with -9 while it holds the locks, which then stand for a minute",
    async run({ scene, count, meet, note }) {
      const victim = await scene.isolate();
      const questions = scene.questions(Math.min(count, 60));
      const locks = await scene.whileLocked(async () => {
        const asked = questions.map(({ path }) => ask(victim.url, path, scene.service));
        await soon(async () => (await scene.redisKeys("*lock:*")).length >= questions.length);
        await victim.kill();
        await Promise.all(asked);
        return await scene.redisKeys("*lock:*");
      });
      if (locks.length === 0) throw new Error("the victim held no lock");
      // Locks that outlast the test, so that a request that waits for one to expire would never be answered.
      await Promise.all(locks.map((lock) => scene.redis("PEXPIRE", lock, "60000")));
      note("locks", locks.length);
      await Promise.all(questions.map((question) => meet(question, "rows")));
      await scene.redis("DEL", ...locks);
    },
  },
  {
    id: "F7",
    what: "a lock falls while its holder computes, and a successor takes it",
    async run({ scene, count, meet, wrong, note }) {
      const questions = scene.questions(Math.min(count, 60));
      const [answers, locks] = await scene.whileLocked(async () => {
        const asked = Promise.all(questions.map((question) => meet(question, "rows")));
        await soon(async () => (await scene.redisKeys("*lock:*")).length >= questions.length);
        const held = await scene.redisKeys("*lock:*");
        await Promise.all(held.map((lock) => scene.redis("SET", lock, "successor", "PX", "60000")));
        return [{ asked }, held] as const;
      });
      await answers.asked;
      const shared = async () => {
        const written = locks.map((lock) => scene.redis("EXISTS", lock.replace("lock:", "")));
        return (await Promise.all(written)).filter((exists) => exists === 1).length;
      };
      await soon(async () => await shared() === locks.length);
      note("shared", await shared());
      const holders = await Promise.all(locks.map(async (lock) => String(await scene.redis("GET", lock))));
      note("locks", locks.length);
      wrong(holders.filter((holder) => holder !== "successor").length);
      await Promise.all(questions.map((question) => meet(question, "rows", { isolate: scene.isolates.other })));
      await scene.redis("DEL", ...locks);
    },
  },
  broken("F1", "is refused", { kind: "refuse" }),
  rarely(opened("F1", "refused for a while", { kind: "refuse" })),
  broken("F2", "is silent", { kind: "blackhole" }),
  rarely(opened("F2", "silent for a while", { kind: "blackhole" })),
  rarely(broken("F2", "is slow by five seconds", { kind: "slow", milliseconds: 5_000 })),
  broken("F3", "answers with half of the JSON", { kind: "truncate" }),
  rarely(broken("F3", "breaks off in the body", { kind: "reset" })),
  broken("F3", "answers with garbage and 200", { kind: "answer", status: 200, body: `[{"result":${PLANTED}` }),
  rarely(broken("F3", "answers with JSON of another shape", {
    kind: "answer",
    status: 200,
    body: `{"result":{"k":"${PLANTED}"}}`,
  })),
  rarely(broken("F3", "answers with a proxy's page", { kind: "answer", status: 502, body: `<html>${PLANTED}</html>` })),
  rarely(broken("F3", "answers with 429", { kind: "answer", status: 429, body: `{"error":"${PLANTED}"}` })),
  broken("F3", "answers that its quota is used up", {
    kind: "answer",
    status: 400,
    body: `{"error":"ERR max requests limit exceeded. ${PLANTED}"}`,
  }),
];

/** A fault that each request meets separately: a success before each keeps the circuit breaker closed. */
function broken(id: string, what: string, fault: RedisFault): ReadFault {
  return {
    id,
    what: `Redis ${what}`,
    async run(meeting) {
      const { scene, count, meet, note } = meeting;
      const { one: isolate, other } = scene.isolates;
      const met = scene.proxy.met();
      for (const question of scene.questions(count)) {
        await scene.proxy.break(fault);
        await meet(question, "rows", { isolate });
        await scene.proxy.mend();
        // After a timeout Redis is not called for a tenth of a second.
        await pause(130);
        await ask(isolate, scene.questions(1)[0]?.path ?? "", scene.service);
        await meet(question, "rows", { isolate: other });
      }
      note("calls_that_met_it", scene.proxy.met() - met);
      if (fault.kind !== "refuse" && scene.proxy.met() === met) throw new Error(`Redis ${what}: nothing met it`);
      await looksForPlanted(meeting);
    },
  };
}

/** A fault that consecutive requests meet: after five failures the circuit breaker opens. */
function opened(id: string, what: string, fault: RedisFault): ReadFault {
  return {
    id,
    what: `Redis is ${what}, and left alone meanwhile`,
    async run({ scene, count, meet, wrong, note }) {
      const isolate = (await scene.isolate()).url;
      const before = scene.questions(1);
      for (const question of before) await meet(question, "rows", { isolate });
      await scene.proxy.break(fault);
      const met = scene.proxy.met();
      const began = Date.now();
      for (const question of scene.questions(3 * count)) await meet(question, "rows", { isolate });
      // Answers in memory need no Redis.
      for (const question of before) await meet(question, "rows", { isolate });
      const calls = scene.proxy.met() - met;
      await scene.proxy.mend();
      note("calls_that_met_it", calls);
      // Five calls until the circuit breaker opens, those already in progress, and one probe every ten seconds.
      wrong(Math.max(0, calls - 8 - Math.floor((Date.now() - began) / 5_000)));
    },
  };
}

async function looksForPlanted({ scene, wrong }: Meeting): Promise<void> {
  for (const key of await scene.redisKeys("*arena/progress*")) {
    if (String(await scene.redis("GET", key)).includes(PLANTED)) wrong(1);
  }
  if ((await scene.logs()).includes(PLANTED)) wrong(1);
}
