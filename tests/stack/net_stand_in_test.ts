import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import postgres from "postgres";
import { pause } from "../../stack/pause.ts";
import { removeCluster, startPostgres } from "../../stack/postgres/mod.ts";

interface Response {
  status_code: number | null;
  content: string | null;
  timed_out: boolean;
  error_msg: string | null;
}

Deno.test("The stand-in for pg_net", async (t) => {
  const workFolder = await Deno.makeTempDir({ prefix: "freshet-test-" });
  const part = await startPostgres({ workFolder, durable: false });
  const sql = postgres(part.url, { max: 2, onnotice: () => {} });
  const received: { url: string; apikey: string | null; type: string | null; body: string }[] = [];
  const held = Promise.withResolvers<void>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    if (new URL(request.url).pathname === "/never") await held.promise;
    const { url, headers } = request;
    received.push({
      url,
      apikey: headers.get("apikey"),
      type: headers.get("content-type"),
      body: await request.text(),
    });
    return Response.json({ ok: true }, { status: 202 });
  });
  const origin = `http://127.0.0.1:${server.addr.port}`;

  async function responseOf(id: unknown): Promise<Response> {
    for (let attempt = 0; attempt < 100; attempt++) {
      const [row] = await sql<Response[]>`select * from net._http_response where id = ${String(id)}`;
      if (row !== undefined) return row;
      await pause(50);
    }
    throw new Error(`no response to request ${id}`);
  }

  try {
    await t.step("posts the body with the headers and the encoded parameters", async () => {
      const [request] = await sql`select net.http_post(
        url := ${`${origin}/hook`}, body := '{"a": 1}', params := '{"q": "a b&é"}', headers := '{"apikey": "k"}') as id`;
      const response = await responseOf(request?.id);
      deepEqual([response.status_code, response.content, response.timed_out, response.error_msg], [
        202,
        '{"ok":true}',
        false,
        null,
      ]);
      deepEqual(received, [
        { url: `${origin}/hook?q=a%20b%26%C3%A9`, apikey: "k", type: "application/json", body: '{"a": 1}' },
      ]);
    });
    await t.step("sends nothing for a transaction that rolls back", async () => {
      const before = received.length;
      await sql.begin(async (transaction) => {
        await transaction`select net.http_post(${`${origin}/rolled-back`})`;
        throw new Error("rolled back on purpose");
      }).catch(() => {});
      const [request] = await sql`select net.http_get(${`${origin}/after`}) as id`;
      await responseOf(request?.id);
      deepEqual(received.slice(before).map((one) => new URL(one.url).pathname), ["/after"]);
    });
    await t.step("stores a time-out as one, without a status", async () => {
      const [request] = await sql`select net.http_get(${`${origin}/never`}, timeout_milliseconds := 80) as id`;
      const response = await responseOf(request?.id);
      held.resolve();
      equal(response.status_code, null);
      equal(response.timed_out, true);
      match(response.error_msg ?? "", /^Timeout of 80 ms reached/);
    });
    await t.step("stores curl's words when nobody listens", async () => {
      const [request] = await sql`select net.http_post('http://127.0.0.1:1/') as id`;
      const response = await responseOf(request?.id);
      deepEqual([response.timed_out, response.error_msg], [false, "Couldn't connect to server"]);
    });
    await t.step("refuses a body of another type, as pg_net does", async () => {
      await rejects(
        sql`select net.http_post(${origin}, headers := '{"content-type": "text/plain"}')`,
        /Content-Type header must be "application\/json"/,
      );
    });
    await t.step("empties the queue", async () => {
      const [queue] = await sql`select count(*)::integer as count from net.http_request_queue`;
      ok(queue?.count === 0);
    });
  } finally {
    held.resolve();
    await sql.end({ timeout: 5 });
    await server.shutdown();
    await part.stop();
    await removeCluster(workFolder);
    await Deno.remove(workFolder, { recursive: true });
  }
});
