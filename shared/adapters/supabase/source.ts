import { type Server, serverAnswer, serverStates } from "../../read/server.ts";
import { type Source, sourceAnswer, type SourceRequest } from "../../read/source.ts";
import { viewStates } from "../../read/view_state.ts";
import type { AnalyticsRpc } from "./analytics_rpc.ts";

/**
 * A view is read in milliseconds: a database that takes longer than this is in trouble, and waiting makes it worse. A little
 * more than the five seconds after which a read is an incident.
 */
const READ_MS = 5_100;
const STATES_MS = 2_000;

/** Sooner than the primary, which is asked next: what a caller waits for a silent replica is added to what it waits then. */
const REPLICA_READ_MS = 2_000;
const REPLICA_STATES_MS = 1_000;

/** Proxies before a data API take 8 KB of a request's line and headers, and often no more. */
const LONGEST_QUERY = 6_000;

/** The source of truth: three functions of the database. */
export function createSupabaseSource(rpc: AnalyticsRpc): Source {
  return {
    states: () => rpc({ name: "view_states", input: {}, output: viewStates, timeout_ms: STATES_MS }),
    read: (view_name, request) =>
      rpc({ name: "read_view", input: { view_name, request }, output: sourceAnswer, timeout_ms: READ_MS }),
    readPerson: (view_name, request, reading) =>
      rpc({ name: "read_person", input: { view_name, request, reading }, output: sourceAnswer, timeout_ms: READ_MS }),
  };
}

/** An address of the data API that is asked by GET: a replica's, a load balancer's, or the primary's. */
export function createSupabaseServer(rpc: AnalyticsRpc): Server {
  const inputOf = (view_name: string, request: SourceRequest) => ({ view_name, request: JSON.stringify(request) });
  return {
    states: () =>
      rpc({ name: "get_view_states", input: {}, output: serverStates, timeout_ms: REPLICA_STATES_MS, get: true }),
    fits: (view_name, request) => new URLSearchParams(inputOf(view_name, request)).toString().length <= LONGEST_QUERY,
    read(view_name, request) {
      const input = inputOf(view_name, request);
      return rpc({ name: "get_view", input, output: serverAnswer, timeout_ms: REPLICA_READ_MS, get: true });
    },
  };
}
