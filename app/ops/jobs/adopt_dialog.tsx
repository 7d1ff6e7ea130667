import { ConfirmDialog } from "../parts/dialog.tsx";
import { ReasonField, reasonIn } from "../parts/reason.tsx";
import type { JobAsked } from "./mute_dialog.tsx";

export function AdoptDialog({ job, schedule, operator, onActed, onClose }: JobAsked & { readonly schedule: string }) {
  return (
    <ConfirmDialog
      title={`Adopt ${job}`}
      action="Adopt"
      onClose={onClose}
      act={async (form) => {
        await operator.adopt(job, reasonIn(form));
        onActed();
      }}
    >
      <p>
        The job is declared as it is scheduled now (<code>{schedule}</code>). From then on the audit reports when it is
        missing, changed, late or failing. The job itself is not changed.
      </p>
      <ReasonField />
    </ConfirmDialog>
  );
}
