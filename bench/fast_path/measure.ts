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

/** Microseconds of one request by variant, shape and way, one for each round. */
export type Costs = ReadonlyMap<string, readonly number[]>;

export function keyOf(variant: string, shape: Shape, way: Way): string {
  return `${variant}\n${shape}\n${way}`;
}

interface Ask {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Every variant in each round, each round beginning with another one: what the machine does meanwhile hits all of them. */
export async function measureRounds(
  variants: readonly Variant[],
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
): Promise<Costs> {
  const costs = new Map<string, number[]>();
  const servers = new Map<Variant, Server>();
  try {
    for (const variant of variants) {
      const module = pathToFileURL(`${variant.folder}/bench/fast_path/server.ts`);
      const config = pathToFileURL(`${variant.folder}/deno.json`);
      servers.set(variant, await startServer({ module, config, probe: "/used" }));
    }
    const asks = new Map<Server, ReadonlyMap<Shape, Ask>>();
    for (const server of servers.values()) asks.set(server, await asksOf(server));
    for (let round = -1; round < rounds; round += 1) {
      const turn = Math.max(0, round) % variants.length;
      for (const variant of [...variants.slice(turn), ...variants.slice(0, turn)]) {
        const server = servers.get(variant);
        const shapes = server === undefined ? undefined : asks.get(server);
        if (server === undefined || shapes === undefined) continue;
        for (const [shape, ask] of shapes) {
          const measured = { served: await served(server, ask, seconds), handler: await repeated(server, ask) };
          if (round < 0) continue; // to be compiled
          for (const way of WAYS) {
            const key = keyOf(variant.name, shape, way);
            costs.set(key, [...costs.get(key) ?? [], measured[way]]);
          }
        }
      }
      console.error(`round ${round + 1} of ${rounds}`);
    }
  } finally {
    await Promise.all([...servers.values()].map((server) => server.stop()));
  }
  return costs;
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
