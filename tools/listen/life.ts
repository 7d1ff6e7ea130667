import type postgres from "postgres";
import { pause } from "../../stack/pause.ts";
import { createBell } from "./bell.ts";
import { connect, within } from "./connection.ts";
import { drain } from "./drain.ts";
import type { ListenerOptions } from "./options.ts";

const HEARTBEAT_CHANNEL = "freshet_listener";

/** A burst of notifications is one question to the database each second. */
const LEAST_PAUSE_MS = 1_000;

/** How long a stop waits for the refresh that is going on. */
const LAST_REFRESH_MS = 10_000;

/**
 * The listener from one connection to the loss of it. Resolves after a stop.
 *
 * @param onListening called once it listens
 * @throws Error when the connection is lost, silent or refused, or when another process has taken the lock
 */
export async function live(options: ListenerOptions, onListening: () => void): Promise<void> {
  const over = new AbortController();
  const sql = connect(options.url, "freshet listener");
  try {
    await standBy(sql, options);
    if (options.stop.aborted) return;
    await listenAndWork(sql, options, over.signal, onListening);
  } finally {
    over.abort();
    // Not in time where the connection is half open.
    await sql.end({ timeout: 0 });
  }
}

/** How long the database may take to answer. */
function patience({ heartbeat_ms }: ListenerOptions): number {
  return Math.min(heartbeat_ms, 10_000);
}

async function standBy(sql: postgres.Sql, options: ListenerOptions): Promise<void> {
  let is_told = false;
  while (!options.stop.aborted && !await holds(sql, options)) {
    if (!is_told) options.say("another process listens; standing by");
    is_told = true;
    await pause(patience(options), options.stop);
  }
}

async function holds(sql: postgres.Sql, options: ListenerOptions): Promise<boolean> {
  const [row] = await within(
    patience(options),
    sql`select freshet.hold_listener(${options.instance}::uuid) as is_holder`,
  );
  return row?.["is_holder"] === true;
}

async function listenAndWork(
  sql: postgres.Sql,
  options: ListenerOptions,
  cut: AbortSignal,
  onListening: () => void,
): Promise<void> {
  const { stop, say } = options;
  const ended = AbortSignal.any([stop, cut]);
  const bell = createBell();
  const awaited = new Map<string, () => void>();
  const hear = (nonce: string) => awaited.get(nonce)?.();

  // `onlisten` comes after each connection, also one that the driver made again: what was notified in between is lost,
  // so the database is asked what has changed.
  await within(patience(options), sql.listen(HEARTBEAT_CHANNEL, hear, bell.ring));
  const channels = await within(patience(options), sql`select channel from analytics.event_channels order by channel`);
  const names = channels.map((row) => String(row["channel"]));
  for (const name of names) await within(patience(options), sql.listen(name, bell.ring, bell.ring));
  say(`listening on ${names.join(", ") || "no channel: no pack has one"}`);
  onListening();

  async function beat(): Promise<void> {
    if (!await holds(sql, options)) throw new Error("the session that held the lock of the listener is gone");
    const nonce = crypto.randomUUID();
    const heard = new Promise<void>((resolve) => awaited.set(nonce, resolve));
    try {
      await within(patience(options), sql`select pg_notify(${HEARTBEAT_CHANNEL}, ${nonce})`);
      await within(patience(options), heard);
      await within(patience(options), sql`select freshet.hear_listener(${options.instance}::uuid)`);
    } finally {
      awaited.delete(nonce);
    }
  }

  async function beatOn(): Promise<void> {
    while (!ended.aborted) {
      await beat();
      await pause(options.heartbeat_ms, ended);
    }
  }

  /** @returns how long to wait before the next look, in milliseconds, unless there is a notification before */
  async function look(): Promise<number> {
    const [found] = await within(
      60_000,
      sql`select extract(epoch from freshet.request_changed_refreshes())::float8 as look_again_in`,
    );
    const [queue] = await within(
      60_000,
      sql`select exists (select from analytics.refresh_requests where finished_at is null) as has_work`,
    );
    const view_count = queue?.["has_work"] === true ? await drain(options.url, stop, cut) : 0;
    if (view_count > 0) say(`refreshed ${view_count} ${view_count === 1 ? "view" : "views"}`);
    if (view_count > 0) return 0;
    const seconds = found?.["look_again_in"];
    return typeof seconds === "number" ? Math.max(0, seconds * 1_000) : options.heartbeat_ms;
  }

  async function workOn(): Promise<void> {
    while (!ended.aborted) {
      const wait_ms = await look();
      await bell.wait(Math.min(wait_ms, options.heartbeat_ms), ended);
      await pause(LEAST_PAUSE_MS, ended);
    }
  }

  const work = workOn();
  await Promise.race([beatOn(), work]);
  // Only a stop ends either of them without an error.
  await Promise.race([work, pause(LAST_REFRESH_MS)]);
}
