import postgres from "postgres";
import { functionEnvironment } from "../../../stack/function_environment.ts";
import { pause } from "../../../stack/pause.ts";
import { type Connection, connectRedis } from "../../../stack/redis/connection.ts";
import { demoUsers } from "../../../stack/demo_users.ts";
import { refreshAll } from "../fixtures/arena.ts";
import { type LoneIsolate, startLoneIsolate } from "../rigs/lone_isolate.ts";
import { asUser, type Product, startProduct } from "../rigs/product.ts";
import type { Question } from "./read_judge.ts";
import { type RedisProxy, startRedisProxy } from "../rigs/redis_proxy.ts";

/** The application name of the test's own database sessions. */
export const OBSERVER = "observer";

const AGENTS = 60;
const LANE_CHALLENGES = 40;
const MOST_WEEKS = 104;
const UNLIMITED = { FRESHET_RATE_LIMITS: "none" };
const PROGRESS_CHALLENGE = challengeOf(0);

/** The whole product with a proxy that can break its Redis, and as many different requests as a fault needs. */
export interface ReadScene {
  readonly product: Product;
  readonly superuser: postgres.Sql;
  readonly proxy: RedisProxy;
  /** URLs of the stack's two isolates. */
  readonly isolates: { readonly one: string; readonly other: string };
  /** Headers with the secret key: reads everything, without rate limits. */
  readonly service: Record<string, string>;
  /** Headers of the user who may read the question's rows. */
  asOwner(question: Question): Record<string, string>;
  /** Questions about one agent each, whose answers depend on rights. None was asked before. */
  questions(count: number): Question[];
  /** Questions about one challenge each, whose answers are public. They repeat when all were asked. */
  publicQuestions(count: number): Question[];
  redis(...command: string[]): Promise<unknown>;
  redisKeys(pattern: string): Promise<string[]>;
  /** How often the database has run analytics.read_view to its end. */
  countReads(): Promise<number>;
  /** Runs the work while public.agents is locked: answers about agents read its names live, so they wait. */
  whileLocked<T>(work: () => Promise<T>): Promise<T>;
  /** Starts another isolate of the read function, from `projectFolder` or this project, with its own variables. */
  isolate(variables?: Record<string, string>, projectFolder?: string): Promise<LoneIsolate>;
  /** The logs of all isolates. */
  logs(): Promise<string>;
  stop(): Promise<void>;
}

export async function startReadScene(): Promise<ReadScene> {
  const proxy = startRedisProxy();
  const product = await startProduct({
    isolates: { analytics: 2 },
    variables: { ...UNLIMITED, UPSTASH_REDIS_REST_URL: proxy.url },
  });
  const { stack } = product;
  if (stack.redis === null) throw new Error("these tests need Redis");
  proxy.pointAt(stack.redis.url);
  const superuser = postgres(stack.superuserUrl, {
    max: 3,
    onnotice: () => {},
    connection: { application_name: OBSERVER },
  });
  const behind: Connection = await connectRedis(stack.redis.redis.port, stack.redis.redis.password);
  const lone: LoneIsolate[] = [];
  const [one = "", other = ""] = stack.functionUrls["analytics"] ?? [];
  let asked = 0;
  let publicly = 0;
  await plant(product.sql);

  async function redis(...command: string[]): Promise<unknown> {
    const [reply] = await behind.send([command]);
    if (reply instanceof Error) throw reply;
    return reply;
  }

  return {
    product,
    superuser,
    proxy,
    isolates: { one: `${one}/analytics`, other: `${other}/analytics` },
    service: { apikey: stack.keys.secretKey },
    asOwner: ({ is_others }) => asUser(stack, is_others === true ? stack.tokens.other_tenant : stack.tokens.member),
    questions: (count) => Array.from({ length: count }, () => progressQuestion(asked++)),
    publicQuestions: (count) => Array.from({ length: count }, () => laneQuestion(publicly++)),
    redis,
    async redisKeys(pattern) {
      const keys = await redis("KEYS", pattern);
      return Array.isArray(keys) ? keys.map(String) : [];
    },
    async countReads() {
      const [row] = await superuser`
        select coalesce(sum(calls), 0)::integer as calls from extensions.pg_stat_statements
        where query like '%read_view%' and query not like '%pg_stat_statements%'`;
      return Number(row?.["calls"]);
    },
    async whileLocked(work) {
      const session = await superuser.reserve();
      await session`begin`;
      try {
        await session`lock table public.agents in access exclusive mode`;
        return await work();
      } finally {
        await session`rollback`;
        session.release();
      }
    },
    async isolate(variables = {}, projectFolder) {
      const url = { url: proxy.url, token: stack.redis?.token ?? "" };
      const given = functionEnvironment({ origin: stack.origin, keys: stack.keys, redis: url, sentryDsn: null });
      const environment = { ...given, ...UNLIMITED, ...variables };
      const place = projectFolder === undefined ? {} : { projectFolder };
      const started = await startLoneIsolate({ name: "analytics", environment, ...place });
      lone.push(started);
      return started;
    },
    async logs() {
      await pause(300); // routine lines are written with a short delay
      const folder = `${product.workFolder}/functions`;
      const files = [
        ...lone.map(({ logFile }) => logFile),
        ...[0, 1].map((index) => `${folder}/analytics.${index}.log`),
      ];
      return (await Promise.all(files.map((file) => Deno.readTextFile(file)))).join("\n");
    },
    async stop() {
      await Promise.all(lone.map((isolate) => isolate.stop()));
      await Promise.all(lone.map(({ logFile }) => Deno.remove(logFile)));
      behind.close();
      await superuser.end({ timeout: 5 });
      await product.stop();
      await proxy.stop();
    },
  };
}

function progressQuestion(number: number): Question {
  const agent = number % AGENTS;
  const weeks = 1 + Math.floor(number / AGENTS);
  if (weeks > MOST_WEEKS) throw new Error("all questions were asked: plant more agents");
  return {
    path: `/arena/progress?agent_id=${agentOf(agent)}&challenge_id=${PROGRESS_CHALLENGE}&weeks=${weeks}`,
    row: { agent_id: agentOf(agent), avg_composite_score: agent + 1 },
    is_others: agent % 2 === 1,
  };
}

function laneQuestion(number: number): Question {
  const lane = 1 + number % LANE_CHALLENGES;
  return {
    path: `/arena/lane-distributions?challenge_id=${challengeOf(lane)}`,
    row: { challenge_id: challengeOf(lane), mean_score: lane },
  };
}

/** Plants agents with different scores, alternating between two owners, and challenges with different means. */
async function plant(sql: postgres.Sql): Promise<void> {
  const agents = Array.from({ length: AGENTS }, (_, index) => ({
    id: agentOf(index),
    name: `agent ${index}`,
    owner_id: index % 2 === 1 ? demoUsers.other_tenant : demoUsers.member,
  }));
  const challenges = Array.from({ length: LANE_CHALLENGES + 1 }, (_, index) => ({
    id: challengeOf(index),
    title: `challenge ${index}`,
  }));
  await sql`insert into public.challenges ${sql(challenges)}`;
  await sql`insert into public.agents ${sql(agents)}`;
  await sql`
    insert into public.submissions (agent_id, challenge_id, status, composite_score, created_at)
    select a.id, ${PROGRESS_CHALLENGE}, 'scored', substr(a.name, 7)::integer + 1, '2026-01-05 09:00+00'
    from public.agents as a`;
  await sql`
    insert into public.submissions (agent_id, challenge_id, status, final_lane_scores)
    select ${agentOf(0)}, c.id, 'scored', jsonb_build_object('TMA', substr(c.title, 11)::integer)
    from public.challenges as c cross join generate_series(1, 6)
    where c.id <> ${PROGRESS_CHALLENGE}`;
  await refreshAll(sql);
}

function agentOf(index: number): string {
  return `d0000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
}

function challengeOf(index: number): string {
  return `c0000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
}
