import { type Source, sourceAnswer } from "../../read/source.ts";
import { viewStates } from "../../read/view_state.ts";
import type { AnalyticsRpc } from "./analytics_rpc.ts";

/**
 * A view is read in milliseconds: a database that takes longer than this is in trouble, and waiting makes it worse. A little
 * more than the five seconds after which a read is an incident.
 */
const READ_MS = 5_100;
const STATES_MS = 2_000;

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
