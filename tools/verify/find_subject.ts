import { arena } from "./packs/arena.ts";
import { engagement } from "./packs/engagement.ts";
import { qbank } from "./packs/qbank.ts";
import type { PackSubject, SubjectView } from "./subject.ts";
import { VerifyError } from "./verify_error.ts";

const packs: readonly PackSubject[] = [qbank, arena, engagement];

export interface Subject {
  readonly pack: PackSubject;
  readonly view: SubjectView;
}

/** @throws VerifyError for a view that nobody has written synthetic rows for. */
export function findSubject(name: string): Subject {
  for (const pack of packs) {
    const view = pack.views.find((candidate) => candidate.view === name);
    if (view !== undefined) return { pack, view };
  }
  throw new VerifyError(
    `There are no synthetic rows for the view "${name}"`,
    `choose from ${
      packs.flatMap(({ views }) => views.map(({ view }) => view)).join(", ")
    }, or add its pack to tools/verify/packs`,
  );
}
