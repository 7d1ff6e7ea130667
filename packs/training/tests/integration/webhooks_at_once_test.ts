// Senders deliver a message again while its first delivery is still being taken: each is taken once, and messages of one subject at once end in one state.
import { deepEqual, equal } from "node:assert/strict";
import { withConnections } from "../../../../tests/support/rigs/test_database.ts";

const USER = {
  kind: "user",
  clerk_id: "user_at_once",
  user_id: "user_at_once",
  external_user_id: "user_at_once",
  issuer: "https://clerk.example.com",
  subjects: "as_they_are",
};
const CREATED = {
  ...USER,
  type: "user.created",
  event_ms: 1_000,
  is_deletion: false,
  name: "Una",
  email: "u@example.org",
};
const DELETED = { ...USER, type: "user.deleted", event_ms: 2_000, is_deletion: true };

Deno.test("deliveries of one message at the same moment are taken once, and a user deleted at that moment stays deleted", async () => {
  await withConnections(8, async (connections) => {
    const [sql] = connections;
    if (sql === undefined) throw new Error("no connection");
    /** Each connection sends its own of these. */
    const atOnce = async (events: readonly object[]) => {
      const answers = await Promise.all(connections.map(async (connection, n) => {
        const event = JSON.stringify(events[n % events.length]);
        const [row] = await connection`select analytics.take_clerk_event(${event}::text::jsonb) as outcome`;
        return String(row?.["outcome"]);
      }));
      return answers.toSorted();
    };
    try {
      deepEqual(await atOnce([{ ...CREATED, message_id: "msg_at_once" }]), [
        "replayed",
        "replayed",
        "replayed",
        "replayed",
        "replayed",
        "replayed",
        "replayed",
        "taken",
      ]);
      for (let round = 0; round < 5; round += 1) {
        await sql`delete from freshet.clerk_objects where clerk_id = ${USER.clerk_id}`;
        await atOnce(
          connections.map((_, n) => ({ ...(n % 2 === 0 ? CREATED : DELETED), message_id: `msg_${round}_${n}` })),
        );
        const rows: readonly unknown[] = await sql`
          select u.name, u.email from public.users as u where u.id = ${USER.clerk_id}`;
        deepEqual([...rows], [{ name: null, email: null }], `round ${round}`);
      }
      const answers = await Promise.all(
        connections.map((connection) =>
          connection`select analytics.take_digest_event('msg_at_once', 'bounced', 7, 'u@example.org') as outcome`
        ),
      );
      const outcomes = answers.map(([row]) => String(row?.["outcome"]));
      equal(outcomes.filter((outcome) => outcome === "replayed").length, 7);
      equal(outcomes.filter((outcome) => outcome === "unknown").length, 1);
    } finally {
      await sql`delete from public.users where id = ${USER.clerk_id}`;
      await sql`delete from freshet.clerk_objects where clerk_id = ${USER.clerk_id}`;
      await sql`delete from freshet.clerk_events where message_id like 'msg\\_%'`;
      await sql`delete from freshet.digest_events where message_id = 'msg_at_once'`;
    }
  });
});
