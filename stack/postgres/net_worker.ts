import postgres from "postgres";
import { perform, type QueuedRequest } from "./net_request.ts";

/** pg_net's default: responses older than this are removed. */
const RESPONSE_TTL = "6 hours";
const BATCH_SIZE = 200;
/** Requests that were queued without the notification (by a plain insert) wait this long at most. */
const POLL_MS = 1000;
const SWEEP_MS = 60_000;

/** The worker behind the stand-in for pg_net: sends the requests that net.http_post() queued and stores the responses. */
export async function startNetWorker(superuserUrl: string): Promise<{ stop(): Promise<void> }> {
  const sql = postgres(superuserUrl, {
    max: 4,
    onnotice: () => {},
    connection: { application_name: "pg_net stand-in" },
  });
  const sending = new Set<Promise<void>>();
  const stopping = new AbortController();
  let draining: Promise<void> = Promise.resolve();
  let isWanted = false;

  async function drain(): Promise<void> {
    isWanted = false;
    for (;;) {
      const requests = await takeBatch(sql);
      for (const request of requests) {
        const sent = perform(request, stopping.signal).then((response) => store(sql, response)).catch(quietly);
        sending.add(sent);
        sent.finally(() => sending.delete(sent));
      }
      if (requests.length < BATCH_SIZE) return;
    }
  }
  function wake(): void {
    if (isWanted || stopping.signal.aborted) return;
    isWanted = true;
    // One drain at a time; a wake-up during one starts another after it.
    draining = draining.then(drain).catch(quietly);
  }
  /** The database may be restarting: the next poll tries again. */
  function quietly(): void {}

  await sql.listen("net_stand_in", wake, wake);
  const poll = setInterval(wake, POLL_MS);
  const sweep = setInterval(() => void removeExpired(sql).catch(quietly), SWEEP_MS);
  return {
    stop: async () => {
      clearInterval(poll);
      clearInterval(sweep);
      stopping.abort();
      await draining;
      await Promise.allSettled(sending);
      await sql.end({ timeout: 2 });
    },
  };
}

async function takeBatch(sql: postgres.Sql): Promise<QueuedRequest[]> {
  return await sql<QueuedRequest[]>`
    with taken as (select id from net.http_request_queue order by id limit ${BATCH_SIZE} for update skip locked)
    delete from net.http_request_queue as q using taken where q.id = taken.id
    returning q.id::text, q.method, q.url, q.headers, convert_from(q.body, 'UTF8') as body, q.timeout_milliseconds`;
}

async function store(sql: postgres.Sql, response: Awaited<ReturnType<typeof perform>>): Promise<void> {
  await sql`
    insert into net._http_response (id, status_code, content_type, headers, content, timed_out, error_msg)
    values (
      ${response.id}, ${response.statusCode}, ${response.contentType}, ${
    response.headers === null ? null : sql.json(response.headers)
  }, ${response.content}, ${response.timedOut}, ${response.errorMessage}
    )`;
}

async function removeExpired(sql: postgres.Sql): Promise<void> {
  await sql`delete from net._http_response where created < now() - ${RESPONSE_TTL}::interval`;
}
