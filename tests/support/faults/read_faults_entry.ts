import { issuerOf } from "../../../stack/function_environment.ts";
import { pause } from "../../../stack/pause.ts";
import { demoUsers } from "../../../stack/demo_users.ts";
import { dice } from "../random/dice.ts";
import { startKeyServer } from "../rigs/key_server.ts";
import { copyFolder } from "../rigs/project_copy.ts";
import { type Meeting, rarely, type ReadFault } from "./read_fault.ts";
import type { RedisFault } from "../rigs/redis_proxy.ts";
import type { ReadScene } from "./read_scene.ts";

const REFUSED = { status: 401, code: "UNAUTHENTICATED" } as const;
const LIMITED = { status: 429, code: "RATE_LIMITED" } as const;
const BAD = { status: 400, code: "BAD_REQUEST" } as const;
/** How long the keys are not fetched again. */
const COOLDOWN_MS = 30_000;
const LIMIT = 40;
const DAY_MS = 86_400_000;

/** F38, F39, F41 and F42: faults of the request and of the deployment. */
export const entryFaults: readonly ReadFault[] = [
  {
    id: "F38",
    what: "the token keys cannot be fetched, and tokens of unknown keys come in a flood",
    is_rare: true,
    run: (meeting) => withKeys(meeting, meetKeys),
  },
  {
    id: "F38",
    what: "the token keys are rotated while they cannot be fetched",
    is_rare: true,
    run: (meeting) => withKeys(meeting, meetRotation),
  },
  {
    id: "F39",
    what: "two builds with different rows share one Redis",
    async run({ scene, count, meet, note }) {
      const folder = await Deno.makeTempDir({ prefix: "freshet-build-" });
      try {
        await copyBuild(folder);
        const newer = (await scene.isolate({}, folder)).url;
        const columns = new Set<string>();
        for (const question of scene.questions(count)) {
          // In turn, so that each build finds entries that the other has just shared.
          for (
            const [isolate, is_newer] of [[scene.isolates.one, false], [newer, true], [
              scene.isolates.other,
              false,
            ]] as const
          ) {
            const best = Number(question.row["avg_composite_score"]);
            const row = { ...question.row, worst_composite_score: is_newer ? undefined : best };
            const reply = await meet({ ...question, row }, "rows", { isolate });
            columns.add(`${is_newer} ${Object.keys(JSON.parse(reply?.text ?? "{}").data?.[0] ?? {}).length}`);
          }
        }
        note("shapes", columns.size);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  },
  {
    id: "F41",
    what: "one question in ever new spellings, and parameters out of their range",
    async run({ scene, count, meet, wrong, note }) {
      const isolate = scene.isolates.one;
      const roll = dice(41);
      const [question] = scene.questions(1);
      if (question === undefined) throw new Error("there is no question");
      await scene.redis("FLUSHALL");
      await meet(question, "rows", { isolate });
      const tags = new Set<string | null>();
      for (let number = 0; number < 10 * count; number += 1) {
        const [path, query] = question.path.split("?");
        const pairs = (query ?? "").split("&").sort(() => roll(3) - 1);
        const kind = roll(4);
        if (kind === 0) pairs.push(`_=${number}`);
        if (kind === 1) pairs.push(`weeks=${number}`);
        const far = pairs.map((pair) => pair.startsWith("weeks=") ? `weeks=${105 + number}` : pair);
        const asked = kind === 2 ? far : pairs;
        const reply = await meet({ ...question, path: `${path}?${asked.join("&")}` }, kind === 3 ? "rows" : BAD, {
          isolate,
        });
        if (kind === 3) tags.add(reply?.headers.get("etag") ?? null);
      }
      await pause(200);
      const keys = (await scene.redisKeys("*arena/*")).filter((key) => !key.includes("lock:"));
      note("keys", keys.length);
      // Two keys are expected: the answer and its note.
      wrong(Math.max(0, keys.length - 2) + Math.max(0, tags.size - 1));
    },
  },
  {
    id: "F41",
    what: "ever new questions of one person",
    is_rare: true,
    async run({ scene, count, meet, wrong, note }) {
      const isolate = (await scene.isolate({ FRESHET_RATE_LIMITS: `user=${LIMIT}/86400` })).url;
      const questions = scene.questions(4 * (LIMIT + count)).filter(({ is_others }) => is_others !== true);
      for (const [index, question] of questions.entries()) {
        await meet(question, index < LIMIT ? "rows" : LIMITED, { isolate, headers: scene.asOwner(question) });
      }
      const lives = await Promise.all((await scene.redisKeys("*")).map((key) => scene.redis("PTTL", key)));
      note("keys", lives.length);
      // Every shared key expires within a day. -2: it has just expired.
      wrong(lives.filter((left) => left !== -2 && !(Number(left) > 0 && Number(left) <= DAY_MS)).length);
    },
  },
  rarely(limited("refused", { kind: "refuse" })),
  rarely(limited("silent", { kind: "blackhole" })),
];

function limited(what: string, fault: RedisFault): ReadFault {
  return {
    id: "F42",
    what: `the Redis that counts requests is ${what}`,
    async run({ scene, count, meet }) {
      const isolate = (await scene.isolate({ FRESHET_RATE_LIMITS: `user=${LIMIT}/86400` })).url;
      await scene.proxy.break(fault);
      try {
        const questions = scene.questions(2 * (LIMIT + count)).filter(({ is_others }) => is_others !== true);
        for (const [index, question] of questions.entries()) {
          await meet(question, index < LIMIT ? "rows" : LIMITED, { isolate, headers: scene.asOwner(question) });
        }
      } finally {
        await scene.proxy.mend();
      }
    },
  };
}

interface Keys {
  readonly server: ReturnType<typeof startKeyServer>;
  readonly isolate: string;
  /** Headers with a token signed by this key; `said` is the key id that the token claims, if different. */
  as(kid: string, said?: string): Promise<Record<string, string>>;
}

async function withKeys(meeting: Meeting, work: (meeting: Meeting, keys: Keys) => Promise<void>): Promise<void> {
  const { scene } = meeting;
  const server = startKeyServer();
  await server.addKey("first");
  await server.addKey("forged", { is_forged: true });
  try {
    const { url } = await scene.isolate({
      SUPABASE_JWKS: "",
      SUPABASE_JWKS_URL: server.url,
      FRESHET_JWT_ALGORITHMS: "ES256",
    });
    const claims = { sub: demoUsers.member, iss: issuerOf(scene.product.stack.origin) };
    await work(meeting, {
      server,
      isolate: url,
      as: async (kid, said = kid) => ({ authorization: `Bearer ${await server.sign({ kid, said }, claims)}` }),
    });
  } finally {
    await server.stop();
  }
}

async function meetKeys(meeting: Meeting, { server, isolate, as }: Keys): Promise<void> {
  const { scene, count, meet, wrong, note } = meeting;
  const questions = ownQuestions(scene, count);
  for (const question of questions) await meet(question, "rows", { isolate, headers: await as("first") });
  server.down(true);
  for (const [index, question] of questions.entries()) {
    await meet(question, REFUSED, { isolate, headers: await as("forged", `nobody-${index}`) });
    await meet(question, "rows", { isolate, headers: await as("first") });
  }
  note("fetches", server.asked());
  wrong(server.asked() - 1);
}

async function meetRotation(
  { scene, count, meet, wrong, note }: Meeting,
  { server, isolate, as }: Keys,
): Promise<void> {
  const questions = ownQuestions(scene, count);
  const [one] = questions;
  if (one === undefined) throw new Error("there is no question");
  await meet(one, "rows", { isolate, headers: await as("first") });
  server.down(true);
  await server.addKey("second");
  await pause(COOLDOWN_MS + 500);
  // One fetch fails; until the next one is allowed, known keys stay valid.
  for (const [index, question] of questions.entries()) {
    await meet(question, REFUSED, { isolate, headers: await as("forged", `nobody-${index}`) });
    await meet(question, "rows", { isolate, headers: await as("first") });
  }
  const fetches = server.asked();
  server.down(false);
  await pause(COOLDOWN_MS + 500);
  for (const question of questions) await meet(question, "rows", { isolate, headers: await as("second") });
  for (const [index, question] of questions.entries()) {
    await meet(question, REFUSED, { isolate, headers: await as("forged", `nobody-${index}`) });
  }
  note("fetches", server.asked());
  wrong(Math.max(0, fetches - 2) + Math.max(0, server.asked() - 3));
}

function ownQuestions(scene: ReadScene, count: number) {
  return scene.questions(2 * count).filter(({ is_others }) => is_others !== true);
}

/** Copies this project's read function, with one column less in its answers. */
async function copyBuild(folder: string): Promise<void> {
  for (const name of ["packs", "shared", "supabase/functions"]) await copyFolder(name, folder);
  const file = `${folder}/packs/arena/resources/progress.ts`;
  const text = await Deno.readTextFile(file);
  const shorter = text.replace("    worst_composite_score: column.number(),\n", "");
  if (shorter === text) throw new Error("the column to leave out is not there");
  await Deno.writeTextFile(file, shorter);
}
