import type { AlertSender, AuditDatabase } from "./ports.ts";
import { holdSeconds, judgeAnswer } from "./verdict.ts";

/**
 * Reports to the monitors of jobs how their newest runs ended. A check-in that is not accepted is sent by the next pass if the
 * run is still the newest; the first one that is not accepted ends this, since the receiver would not accept the others either.
 *
 * @returns whether the audit's own check-in may be sent
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
