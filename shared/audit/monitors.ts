import type { AlertSender, AuditDatabase } from "./ports.ts";
import { holdSeconds, judgeAnswer } from "./verdict.ts";

/**
 * Tells the monitors of jobs how their newest runs ended. What is not taken is told by the next pass, while it is still
 * the newest; the first that is not taken ends it, since the receiver would not take the others either.
 *
 * @returns whether the audit's own check-in may follow
 */
export async function tellMonitors(
  { database, sender }: { readonly database: AuditDatabase; readonly sender: AlertSender },
): Promise<boolean> {
  for (const checkIn of await database.dueCheckIns()) {
    const answer = await sender.checkInJob(checkIn);
    const verdict = judgeAnswer(answer, 1);
    if (verdict.kind === "delivered") await database.acknowledgeCheckIn(checkIn);
    const hold = verdict.kind === "hold" ? verdict.seconds : holdSeconds(answer);
    if (hold !== null) {
      await database.hold("check_ins", hold);
      return false;
    }
    if (verdict.kind !== "delivered") break;
  }
  return await database.claimHeartbeat();
}
