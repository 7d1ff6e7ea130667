import type { PackRpc } from "../../../../shared/adapters/supabase/pack_rpc.ts";
import type { GetVariable } from "../../../../shared/adapters/runtime/environment.ts";
import { digestsOf } from "./digests.ts";
import { resend } from "./provider.ts";
import { sendDigests } from "./send_digests.ts";
import { digestSettings } from "./settings.ts";

/** Within the 30 seconds for which a scheduled call waits, with the last batch's 10 seconds at the provider. */
const SECONDS = 12;

/**
 * One call: seconds of sending. Where settings are missing the batch waits under the name not_configured, so that the
 * check of the week reports it like any other wait.
 */
export function digestWork(rpc: PackRpc, get: GetVariable): () => Promise<Readonly<Record<string, unknown>>> {
  return async () => {
    const digests = digestsOf(rpc);
    const settings = digestSettings(get);
    if (!("missing" in settings)) {
      return { ...await sendDigests(digests, resend(settings), settings, Date.now() + SECONDS * 1_000) };
    }
    if ((await digests.claim()).length > 0) await digests.defer("not_configured", 600);
    const remedy = `set ${settings.missing.join(", ")} as secrets of the project; see docs/digest.md`;
    return { sent_count: 0, failed_count: 0, waits_for: "not_configured", remedy };
  };
}
