import { ConfirmDialog } from "../parts/dialog.tsx";
import { ReasonField, reasonIn } from "../parts/reason.tsx";
import type { JobAsked } from "./mute_dialog.tsx";

export function UnmuteDialog({ job, operator, onActed, onClose }: JobAsked) {
  return (
    <ConfirmDialog
      title={`Unmute ${job}`}
      action="Unmute"
      onClose={onClose}
      act={async (form) => {
        await operator.unmute(job, reasonIn(form));
        onActed();
      }}
    >
      <p>Alerts about this job are sent again; one about what is wrong now comes with the next pass of the audit.</p>
      <ReasonField />
    </ConfirmDialog>
  );
}
