import { quantile } from "../quantiles.ts";
import type { Options } from "./options.ts";
import { exactly, type Figure, type Figures, ratio } from "./figures.ts";
import { LANES_PATH, WEEKS_PATH } from "./planted.ts";
import type { Meter } from "./meter.ts";
import { inTurns, of, type Side } from "./rounds.ts";
import { type Server, startServer } from "./server.ts";
import type { Stage } from "./stage.ts";
import { wrk } from "./wrk.ts";

const FUNCTION = new URL("../../supabase/functions/analytics/index.ts", import.meta.url);
const FUNCTION_CONFIG = new URL("../../supabase/functions/analytics/deno.json", import.meta.url);
const SERVERS = new URL("./servers/", import.meta.url);

/** More tokens than the function remembers, so that each is forgotten before it is used again. */
const TOKEN_COUNT = 12_000;

/**
 * If the quartiles of the baseline's processor time differ by more than this, the run measures the machine, not the
 * product.
 */
const LARGEST_DRIFT = 0.25;

/** Requests per second by side, and the figures computed from them. */
export interface Throughput {
  readonly figures: Figures;
  readonly speeds: ReadonlyMap<string, readonly number[]>;
  readonly costs: ReadonlyMap<string, readonly number[]>;
  readonly doubts: readonly string[];
}

/** P1 to P4, P10 and P12, with the peers: all in one set of rounds. */
export async function measureThroughput(
  stage: Stage,
  options: Options,
  { peers, meter }: { readonly peers: readonly Side[]; readonly meter: Meter },
): Promise<Throughput> {
  const { environment, stack } = stage;
  const [token = ""] = await stage.mintTokens(1);
  const caller = { authorization: `Bearer ${token}`, apikey: stack.keys.publishableKey };
  const folder = await Deno.makeTempDir({ prefix: "freshet-bench-tokens-" });
  const [one_token, many_tokens] = [`${folder}/one`, `${folder}/many`];
  await Deno.writeTextFile(one_token, `${token}\n`);
  await Deno.writeTextFile(many_tokens, `${(await stage.mintTokens(TOKEN_COUNT)).join("\n")}\n`);

  const servers: Server[] = [];
  async function start(module: URL, config: URL | undefined, extra: Record<string, string> = {}): Promise<Server> {
    const server = await startServer({
      module,
      environment: { ...environment, ...extra },
      ...(config === undefined ? {} : { config }),
    });
    servers.push(server);
    return server;
  }

  try {
    const read = await start(FUNCTION, FUNCTION_CONFIG);
    const recorded = await record(`${read.origin}${LANES_PATH}`, caller);
    const hello = await start(new URL("hello.ts", SERVERS), undefined);
    const bytes = await start(new URL("same_bytes.ts", SERVERS), undefined, { RECORDED: JSON.stringify(recorded) });
    const sentry = await start(new URL("with_sentry.ts", SERVERS), undefined);
    // Gets exactly the load of the server with Sentry: code that runs more often is optimised more.
    const twin = await start(FUNCTION, FUNCTION_CONFIG);
    const gzip = { ...caller, "accept-encoding": "gzip, deflate, br" };
    const sizes = await gzipSizes(`${read.origin}${WEEKS_PATH}`, gzip);

    const side = (name: string, server: Server, path: string, headers: Record<string, string>): Side => ({
      name,
      async measure() {
        const load = { url: `${server.origin}${path}`, headers, seconds: options.seconds };
        return (await meter.measure(name, server, load)).requests_per_second;
      },
    });
    const withTokens = (name: string, file: string): Side => {
      let start = 0;
      return {
        name,
        async measure() {
          const { requests, requests_per_second } = await meter.measure(name, read, {
            url: `${read.origin}${LANES_PATH}`,
            headers: { apikey: caller.apikey },
            seconds: options.seconds,
            tokens: { file, start },
          });
          start += requests;
          return requests_per_second;
        },
      };
    };
    const sides = [
      side("bare hello", hello, LANES_PATH, caller),
      side("the same bytes", bytes, LANES_PATH, caller),
      side("hit in memory", read, LANES_PATH, caller),
      side("304", read, LANES_PATH, { ...caller, "if-none-match": recorded.headers["etag"] ?? "" }),
      side("hit, with Sentry's client", sentry, LANES_PATH, caller),
      side("hit, its twin without", twin, LANES_PATH, caller),
      withTokens("hit, one token", one_token),
      withTokens("hit, every token verified", many_tokens),
      side("a year's weeks, plain", read, WEEKS_PATH, caller),
      side("a year's weeks, gzip", read, WEEKS_PATH, gzip),
    ];
    for (const server of [hello, bytes, sentry, twin, read]) {
      await wrk({ url: `${server.origin}${LANES_PATH}`, headers: caller, seconds: options.warm_up_seconds });
    }
    await wrk({ url: `${read.origin}${WEEKS_PATH}`, headers: gzip, seconds: options.warm_up_seconds });

    const speeds = await inTurns([...sides, ...peers], options.rounds);
    const by = (left: string, right: string): Figure => ({
      ...ratio(of(speeds, left), of(speeds, right)),
      by_processor_time: ratio(of(meter.costs, right), of(meter.costs, left)).value,
    });
    const bare = of(meter.costs, "bare hello");
    const drift = quantile(bare, 0.75) / quantile(bare, 0.25) - 1;
    return {
      speeds,
      costs: meter.costs,
      doubts: drift > LARGEST_DRIFT
        ? [`The bare baseline moved by ${Math.round(drift * 100)} % between its quartiles: the machine was not steady.`]
        : [],
      figures: new Map([
        ["P1", by("hit in memory", "the same bytes")],
        ["P2", by("hit in memory", "bare hello")],
        ["P3", by("304", "bare hello")],
        ["P4", by("hit, one token", "hit, every token verified")],
        ["P10", by("hit, with Sentry's client", "hit, its twin without")],
        ["P12 size", exactly(sizes.gzip / sizes.plain)],
        ["P12 speed", by("a year's weeks, gzip", "a year's weeks, plain")],
      ]),
    };
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    await Deno.remove(folder, { recursive: true });
  }
}

/** The headers and body of a hit, without the headers that every server sets itself. */
async function record(url: string, headers: Record<string, string>) {
  await (await fetch(url, { headers })).text();
  const response = await fetch(url, { headers });
  if (response.status !== 200) throw new Error(`${url} answers ${response.status}: ${await response.text()}`);
  const body = await response.text();
  const own = ["content-length", "date", "connection", "transfer-encoding", "keep-alive"];
  return { body, headers: Object.fromEntries([...response.headers].filter(([name]) => !own.includes(name))) };
}

/** The sizes on the wire, read from the raw bytes: fetch() would decompress them. */
async function gzipSizes(url: string, headers: Record<string, string>): Promise<{ plain: number; gzip: number }> {
  const plain =
    (await (await fetch(url, { headers: { ...headers, "accept-encoding": "identity" } })).bytes()).byteLength;
  for (let tries = 0; tries < 50; tries += 1) {
    const { stdout } = await new Deno.Command("curl", {
      args: [
        "-s",
        "-o",
        "/dev/null",
        "-w",
        "%{size_download}",
        ...Object.entries(headers).flatMap(([n, v]) => ["-H", `${n}: ${v}`]),
        url,
      ],
    }).output();
    const gzip = Number(new TextDecoder().decode(stdout));
    if (gzip < plain) return { plain, gzip };
  }
  throw new Error("No answer was ever compressed");
}
