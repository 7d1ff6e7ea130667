// POST /functions/v1/weekly-digest: sends the digests that are due. Called by the jobs send-weekly-digest and
// resume-weekly-digest.
import { connectPackRpc } from "../../../../shared/adapters/supabase/pack_rpc.ts";
import { scheduledCalls } from "../../../../shared/adapters/scheduled_calls.ts";
import { serveScheduled } from "../../../../shared/http/scheduled/serve_scheduled.ts";
import { digestWork } from "./serve_digest.ts";

const get = (variable: string) => Deno.env.get(variable);
const { gate, ledger } = scheduledCalls(get);

export default {
  fetch: serveScheduled(
    { name: "weekly-digest", gate, ledger, log: (line) => console.log(line) },
    digestWork(connectPackRpc(get), get),
  ),
};
