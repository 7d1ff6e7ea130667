import { useState } from "react";
import type { Operator } from "../../../shared/client/mod.ts";
import { useNow } from "../../cards/moment.ts";
import { utcMinute } from "../../words/moments.ts";
import { ConfirmDialog } from "../parts/dialog.tsx";

export interface JobAsked {
  readonly job: string;
  readonly operator: Operator;
  onActed(): void;
  onClose(): void;
}

const HOURS = [["1", "1 hour"], ["4", "4 hours"], ["24", "1 day"], ["168", "7 days"], ["", "until a moment"]] as const;

/** Alerts about a job are held back for a while, by somebody who says why. */
export function MuteDialog({ job, operator, onActed, onClose, muted_until }: JobAsked & {
  readonly muted_until: string | null;
}) {
  const now = useNow();
  const [hours, setHours] = useState("1");
  return (
    <ConfirmDialog
      title={`Mute ${job}`}
      action="Mute"
      onClose={onClose}
      act={async (form) => {
        const until = untilOf(String(form.get("hours")), String(form.get("until")), Date.now());
        if (Number.isNaN(until.getTime())) throw new TypeError("The moment is no day and time within 30 days");
        await operator.mute(job, { until, reason: String(form.get("reason")).trim() });
        onActed();
      }}
    >
      <p>
        Nobody is alerted about this job while it is muted. Its incidents are still recorded. What is still wrong when
        the mute ends is reported.
        {muted_until !== null && ` At present it is muted until ${utcMinute(muted_until)}.`}
      </p>
      <label>
        For{" "}
        <select name="hours" value={hours} onChange={({ currentTarget }) => setHours(currentTarget.value)}>
          {HOURS.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
        </select>
      </label>
      {hours === ""
        ? (
          <label>
            Until, in UTC and within 30 days <input name="until" type="datetime-local" required />
          </label>
        )
        : <p className="quiet">Until {utcMinute(new Date(untilOf(hours, "", now)).toISOString())}</p>}
      <label>
        Reason <textarea name="reason" rows={2} maxLength={500} required />
      </label>
      <p className="quiet">The reason is recorded with your user id.</p>
    </ConfirmDialog>
  );
}

/** @param moment of an input, YYYY-MM-DDTHH:MM, taken as UTC; used when no hours are chosen */
export function untilOf(hours: string, moment: string, now_ms: number): Date {
  return hours === "" ? new Date(`${moment}Z`) : new Date(now_ms + Number(hours) * 3_600_000);
}
