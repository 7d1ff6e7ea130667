import { z } from "zod";
import type { Delivery, Mail } from "./delivery.ts";
import type { Digests, Settled } from "./digests.ts";
import type { Letter, Outcome, SendBatch } from "./provider.ts";
import { renderMail, unsubscribeHref } from "./render_mail.ts";
import type { DigestSettings } from "./settings.ts";

/** What one call of the function did. */
export interface Sent {
  readonly sent_count: number;
  readonly failed_count: number;
  /** Why it stopped before all were sent, in the words of the provider or in ours; null where it did not. */
  readonly waits_for: string | null;
}

/** What a batch came to; `goes_on` is false where the sender must stop. */
interface Progress {
  readonly settled: readonly Settled[];
  readonly waits_for: string | null;
  readonly goes_on: boolean;
  readonly pause_seconds: number;
}

const NOTHING: Progress = { settled: [], waits_for: null, goes_on: true, pause_seconds: 0 };
/** A longer pause is left to the next call. */
const LONGEST_PAUSE_SECONDS = 2;

/**
 * Sends batches until none is due or the time is over. It may be killed at any point: a batch that may have been sent is
 * frozen, and the next sender repeats it with the same key, which the provider answers without sending again.
 *
 * @param until milliseconds since the epoch, after which no batch is begun
 * @throws AppError where the database does not answer
 */
export async function sendDigests(
  digests: Digests,
  send: SendBatch,
  settings: DigestSettings,
  until: number,
): Promise<Sent> {
  const settled: Settled[] = [];
  let waits_for: string | null = null;
  while (Date.now() < until) {
    const batch = await digests.claim();
    if (batch.length === 0) break;
    const progress = await sendBatch(batch, digests, send, settings);
    settled.push(...progress.settled);
    waits_for = progress.waits_for;
    if (!progress.goes_on || progress.pause_seconds > LONGEST_PAUSE_SECONDS) break;
    await new Promise((resolve) => setTimeout(resolve, progress.pause_seconds * 1_000));
  }
  const sent_count = settled.filter(({ provider_id }) => provider_id !== undefined).length;
  return { sent_count, failed_count: settled.length - sent_count, waits_for };
}

async function sendBatch(
  batch: readonly Delivery[],
  digests: Digests,
  send: SendBatch,
  settings: DigestSettings,
): Promise<Progress> {
  const { mails, unrendered } = mailsOf(batch, settings);
  // A row that makes no mail holds back no other.
  if (unrendered.length > 0) await digests.settle(unrendered);
  if (mails.size === 0) return { ...NOTHING, settled: unrendered };
  const fresh = batch.filter(({ frozen_at }) => frozen_at === null);
  const key = await digests.freeze(fresh.flatMap(({ delivery_id }) => {
    const mail = mails.get(delivery_id);
    return mail === undefined ? [] : [{ delivery_id, ...mail }];
  }));
  // The next claim gives the batch without that manager, or nothing where another sender has it.
  if (key === null) return { ...NOTHING, settled: unrendered, waits_for: "batch_changed" };
  const sendable = batch.flatMap((one) => {
    const mail = mails.get(one.delivery_id);
    return mail === undefined ? [] : [{ one, mail }];
  });
  const outcome = await send(key, sendable.map(({ one, mail }) => letterOf(one, mail, settings)));
  // What was frozen before may have been sent before, whatever the provider says of this attempt.
  const is_first = fresh.length === batch.length;
  const progress = await noteOutcome(outcome, sendable.map(({ one }) => one.delivery_id), digests, is_first);
  return { ...progress, settled: [...unrendered, ...progress.settled] };
}

async function noteOutcome(
  outcome: Outcome,
  ids: readonly number[],
  digests: Digests,
  is_first: boolean,
): Promise<Progress> {
  switch (outcome.kind) {
    case "accepted":
      return {
        ...NOTHING,
        settled: await settled(ids.map((delivery_id, n) => ({ delivery_id, provider_id: outcome.ids[n] ?? "" }))),
        pause_seconds: outcome.pause_seconds,
      };
    case "wait":
      await digests.defer(
        outcome.error_code,
        outcome.wait_seconds,
        is_first && outcome.is_unsent ? "unsent" : undefined,
      );
      return { ...NOTHING, waits_for: outcome.error_code, goes_on: false };
    case "refused":
      // One mail spoils the batch, and Resend does not say which: each is sent alone.
      if (ids.length > 1) {
        await digests.defer(outcome.error_code, 0, "refused");
        return NOTHING;
      }
      return { ...NOTHING, settled: await settled(failed(outcome.error_code)) };
    case "in_doubt":
      return { ...NOTHING, settled: await settled(failed(outcome.error_code)) };
  }

  function failed(error_code: string): readonly Settled[] {
    return ids.map((delivery_id) => ({ delivery_id, error_code }));
  }

  async function settled(results: readonly Settled[]): Promise<readonly Settled[]> {
    return (await digests.settle(results)) === 0 ? [] : results;
  }
}

function mailsOf(batch: readonly Delivery[], settings: DigestSettings) {
  const mails = new Map<number, Mail>();
  const unrendered: Settled[] = [];
  for (const one of batch) {
    const { delivery_id, subject, html, plain_text } = one;
    if (subject !== null && html !== null && plain_text !== null) {
      mails.set(delivery_id, { subject, html, plain_text });
      continue;
    }
    try {
      mails.set(delivery_id, renderMail(one, settings));
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      unrendered.push({ delivery_id, error_code: "not_rendered" });
    }
  }
  return { mails, unrendered };
}

function letterOf(delivery: Delivery, mail: Mail, settings: DigestSettings): Letter {
  return {
    from: settings.from,
    to: [delivery.email],
    subject: mail.subject,
    html: mail.html,
    text: mail.plain_text,
    headers: {
      "List-Unsubscribe": `<${unsubscribeHref(delivery, settings)}>`,
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    },
    // By this a bounce is known even before the batch is settled.
    tags: [{ name: "freshet_delivery", value: String(delivery.delivery_id) }],
  };
}
