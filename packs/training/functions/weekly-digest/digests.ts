import { z } from "zod";
import type { PackRpc } from "../../../../shared/adapters/supabase/pack_rpc.ts";
import { type Delivery, delivery, type Mail } from "./delivery.ts";

/** How a mail of the batch ended: sent with the provider's id, else failed. */
export interface Settled {
  readonly delivery_id: number;
  readonly provider_id?: string;
  readonly error_code?: string;
}

/** A sender's lease on batches; each function of the database checks that it still holds. */
export interface Digests {
  /** The next batch; empty while another sender works, the provider asked to wait, or nothing is left. */
  claim(): Promise<readonly Delivery[]>;
  /** The batch's idempotency key; null where the lease is lost, or a manager of the batch may get no mail any more. */
  freeze(mails: readonly (Mail & { readonly delivery_id: number })[]): Promise<string | null>;
  /** How many were settled. */
  settle(results: readonly Settled[]): Promise<number>;
  /** Gives the batch back, to be repeated as it is after the wait; with `because`, to be made again. */
  defer(error_code: string, wait_seconds: number, because?: "refused" | "unsent"): Promise<number>;
}

const TIMEOUT_MS = 8_000;

export function digestsOf(rpc: PackRpc, lease_id: string = crypto.randomUUID()): Digests {
  const call = <Schema extends z.ZodType>(name: string, input: Readonly<Record<string, unknown>>, output: Schema) =>
    rpc({ name, input: { lease_id, ...input }, output, timeout_ms: TIMEOUT_MS });
  const count = z.number().int();
  return {
    claim: () => call("claim_digests", {}, z.array(delivery)),
    freeze: (mails) => call("freeze_digests", { mails }, z.string().nullable()),
    settle: (results) => call("settle_digests", { results }, count),
    defer(error_code, wait_seconds, because) {
      const is = { is_refused: because === "refused", is_unsent: because === "unsent" };
      return call("defer_digests", { error_code, retry_after: `${wait_seconds} seconds`, ...is }, count);
    },
  };
}
