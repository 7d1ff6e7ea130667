import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { listenerUrl, parseArguments } from "../../tools/listen/arguments.ts";
import { createBell } from "../../tools/listen/bell.ts";
import { within } from "../../tools/listen/connection.ts";

const host = "aws-0-eu-central-1.pooler.supabase.com";

Deno.test("port 6543 is refused with the reason and the port to use, and the password is not repeated", () => {
  throws(
    () => parseArguments(["--db-url", `postgresql://postgres.ref:secret@${host}:6543/postgres`]),
    (error: Error) => {
      equal(
        error.message,
        "--db-url names port 6543, the transaction pooler: it gives each transaction another session, so LISTEN hears nothing\n" +
          "  → use the session pooler, which is port 5432 of the same host, or the direct connection",
      );
      return true;
    },
  );
});

Deno.test("the session pooler, the direct connection and a URL without a port can be listened to", () => {
  for (const port of [":5432", ":54322", ""]) {
    const url = `postgres://postgres.ref:secret@${host}${port}/postgres`;
    equal(listenerUrl(url, "--db-url"), url);
  }
});

Deno.test("what is no database URL is refused without being repeated", () => {
  throws(
    () => listenerUrl("mysql://root:secret@host/db", "FRESHET_DATABASE_URL"),
    /^StackError: FRESHET_DATABASE_URL is no database URL\n {2}→ write it as postgresql:/,
  );
  throws(
    () => parseArguments(["--db-ulr", "postgres://u:secret@h/db"]),
    /^StackError: An argument was not understood\n {2}→ see: deno task listen --help$/,
  );
});

Deno.test("the heartbeat is 30 seconds, or 1 to 60", () => {
  deepEqual(parseArguments([]), { dbUrl: null, heartbeat_seconds: 30, help: false });
  equal(parseArguments(["--heartbeat", "1"]).heartbeat_seconds, 1);
  for (const value of ["0", "61", "5s", "", "-1"]) {
    throws(() => parseArguments([`--heartbeat=${value}`]), /--heartbeat .*is no number of seconds from 1 to 60/, value);
  }
});

Deno.test("many rings are one, and a ring before the wait is not lost", async () => {
  const bell = createBell();
  const never = new AbortController().signal;
  bell.ring();
  bell.ring();
  await bell.wait(3_600_000, never);
  const second = bell.wait(3_600_000, never);
  bell.ring();
  await second;
  // No ring is left of either.
  await bell.wait(0, never);
  const stop = new AbortController();
  const stopped = bell.wait(3_600_000, stop.signal);
  stop.abort();
  await stopped;
  await bell.wait(3_600_000, stop.signal);
});

Deno.test("an answer that does not come is an error that names the time, and one that fails is its own error", async () => {
  equal(await within(3_600_000, Promise.resolve(1)), 1);
  await rejects(within(3_600_000, Promise.reject(new Error("refused"))), /^Error: refused$/);
  await rejects(within(5, new Promise(() => {})), /^Error: no answer within 0.005 s$/);
});
