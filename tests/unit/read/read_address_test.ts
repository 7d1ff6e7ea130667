import { deepEqual } from "node:assert/strict";
import { sourceUnavailable } from "../../../shared/kernel/app_error.ts";
import { lookAtReadAddress } from "../../../shared/read/read_address.ts";

const answer = (
  server: string,
  position: number,
  { is_replica = false, lag_ms = null as number | null, version = 3, history = "7.1" } = {},
) => ({ server: { server, is_replica, history, position, lag_ms }, states: { mv_days: { version } } });

type Answer = ReturnType<typeof answer>;

/** A server that gives these answers in turn; null: it does not answer. */
function server(...answers: readonly (Answer | null)[]) {
  let asked = 0;
  return {
    states(): Promise<Answer> {
      const next = answers[asked];
      asked += 1;
      return next == null
        ? Promise.reject(sourceUnavailable("get_view_states failed [HTTP 503]"))
        : Promise.resolve(next);
    },
  };
}

const look = (there: Answer | null) =>
  lookAtReadAddress({ primary: server(answer("a", 100), answer("a", 200)), reads: server(there) });
const replica = (position: number, more: { lag_ms?: number | null; version?: number; history?: string } = {}) =>
  answer("b", position, { is_replica: true, ...more });

Deno.test("lookAtReadAddress() finds no fault in a replica that has what the primary had, and says how far behind another is", async () => {
  deepEqual(await look(replica(100, { lag_ms: 90_000 })), { fault: null, lag_ms: 0 });
  deepEqual(await look(replica(99, { lag_ms: 400 })), { fault: null, lag_ms: 400 });
  deepEqual(await look(replica(99)), { fault: null, lag_ms: null });
  deepEqual(await look(replica(99, { lag_ms: 60_001 })), { fault: "is more than a minute behind", lag_ms: 60_001 });
});

Deno.test("lookAtReadAddress() tells an address that is silent, that takes writes, and that leads to another database", async () => {
  deepEqual(await look(null), { fault: "does not answer", lag_ms: null });
  deepEqual(await look(answer("b", 150)), { fault: "takes writes and is not the primary", lag_ms: null });
  const foreign = { fault: "is ahead of the primary: it leads to another database", lag_ms: null };
  deepEqual(await look(replica(201)), foreign);
  deepEqual(await look(replica(150, { version: 4 })), foreign);
  const elsewhere = "does not follow the primary: it leads to another database or another timeline";
  deepEqual(await look(replica(150, { history: "7.2" })), { fault: elsewhere, lag_ms: null });
  deepEqual(await look(replica(150, { history: "8.1" })), { fault: elsewhere, lag_ms: null });
});

Deno.test("lookAtReadAddress() takes the primary behind a load balancer for what it is, and says nothing without the primary", async () => {
  deepEqual(await look(answer("a", 150)), { fault: null, lag_ms: 0 });
  deepEqual(await lookAtReadAddress({ primary: server(null, answer("a", 200)), reads: server(replica(100)) }), null);
});
