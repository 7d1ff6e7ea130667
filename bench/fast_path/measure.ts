import { pathToFileURL } from "node:url";
import { z } from "zod";
import { KEYS, mintToken } from "../../tests/support/fixtures/tokens.ts";
import { id } from "../../tests/support/fixtures/sample_rows.ts";
import { type Server, startServer } from "../serving/server.ts";
import { wrk } from "../serving/wrk.ts";
import type { Variant } from "./variants.ts";

const LANES = `/analytics/sample/lane-distributions?challenge_id=${id(1)}`;
const OWN_ROWS = `/analytics/sample/weakness-patterns?agent_id=${id(11)}`;

const used = z.object({ microseconds: z.number(), served: z.number() });

/** How often the handler answers in one measurement without a connection. */
const REPEATS = 20_000;

/**
 * Requests that are measured: the two of P1 to P3, a browser's for rows that only some callers may see, and the same with
 * its Accept-Encoding, which makes `deno serve` compress the body by itself at several times the cost of the rest.
 */
export const SHAPES = ["hit", "304", "own rows", "own rows, gzip"] as const;
export type Shape = typeof SHAPES[number];

export const WAYS = ["served", "handler"] as const;
export type Way = typeof WAYS[number];

/** What one request costs in microseconds: in the variant, and in the product as it is, right before it. */
export interface Pair {
  readonly base: number;
  readonly variant: number;
}

/** Pairs by variant, shape and way, one for each round. */
export type Pairs = ReadonlyMap<string, readonly Pair[]>;

export function keyOf(variant: string, shape: Shape, way: Way): string {
  return `${variant}\n${shape}\n${way}`;
}

interface Ask {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A server, and what it is asked. */
interface Side {
  readonly server: Server;
  readonly asks: ReadonlyMap<Shape, Ask>;
}

/**
 * Every variant in each round, each measurement right after the same one of the base: what the machine does meanwhile hits
 * both. A variant without a change shows how exact that is.
 */
export async function measureRounds(
  [first, ...variants]: readonly Variant[],
  { rounds, seconds, ways }: { readonly rounds: number; readonly seconds: number; readonly ways: readonly Way[] },
): Promise<Pairs> {
  const pairs = new Map<string, Pair[]>();
  const servers: Server[] = [];
  async function start(variant: Variant): Promise<Side> {
    const module = pathToFileURL(`${variant.folder}/bench/fast_path/server.ts`);
    const config = pathToFileURL(`${variant.folder}/deno.json`);
    const server = await startServer({ module, config, probe: "/used" });
    servers.push(server);
    return { server, asks: await asksOf(server) };
  }
  try {
    if (first === undefined) return pairs;
    const base = await start(first);
    const sides = new Map<string, Side>();
    for (const variant of variants) sides.set(variant.name, await start(variant));
    for (let round = -1; round < rounds; round += 1) {
      for (const [name, side] of sides) {
        for (const shape of SHAPES) {
          for (const way of ways) {
            const measured = {
              base: await measure(base, shape, way, seconds),
              variant: await measure(side, shape, way, seconds),
            };
            if (round < 0) continue; // to be compiled
            const key = keyOf(name, shape, way);
            pairs.set(key, [...pairs.get(key) ?? [], measured]);
          }
        }
      }
      console.error(`round ${round + 1} of ${rounds}`);
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
  return pairs;
}

async function measure({ server, asks }: Side, shape: Shape, way: Way, seconds: number): Promise<number> {
  const ask = asks.get(shape);
  if (ask === undefined) throw new Error(`nothing is asked for ${shape}`);
  return way === "served" ? await served(server, ask, seconds) : await repeated(server, ask);
}

async function asksOf({ origin }: Server): Promise<ReadonlyMap<Shape, Ask>> {
  const token = await mintToken();
  const caller = { authorization: `Bearer ${token}`, apikey: KEYS.publishable };
  const browser = {
    ...caller,
    accept: "application/json",
    origin: "https://app.example",
    "x-client-info": "supabase-js-web/2.86.0",
  };
  const first = await fetch(`${origin}${LANES}`, { headers: caller });
  await first.body?.cancel();
  const etag = first.headers.get("etag");
  if (etag === null) throw new Error(`the first answer has no tag: ${first.status}`);
  return new Map<Shape, Ask>([
    ["hit", { path: LANES, headers: caller }],
    ["304", { path: LANES, headers: { ...caller, "if-none-match": etag } }],
    ["own rows", { path: OWN_ROWS, headers: browser }],
    ["own rows, gzip", { path: OWN_ROWS, headers: { ...browser, "accept-encoding": "gzip, deflate, br, zstd" } }],
  ]);
}

async function served({ origin }: Server, { path, headers }: Ask, seconds: number): Promise<number> {
  const before = await usedBy(origin);
  await wrk({ url: `${origin}${path}`, headers, seconds });
  const after = await usedBy(origin);
  return (after.microseconds - before.microseconds) / (after.served - before.served);
}

async function usedBy(origin: string) {
  return used.parse(await (await fetch(`${origin}/used`)).json());
}

async function repeated({ origin }: Server, { path, headers }: Ask): Promise<number> {
  const response = await fetch(`${origin}${path}`, { headers: { ...headers, "x-repeat": String(REPEATS) } });
  return z.number().parse(await response.json());
}
