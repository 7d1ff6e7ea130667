import { spread } from "../pack_folders.ts";
import { resources } from "../resources.ts";
import type { PackSubject, SubjectView } from "./subject.ts";
import { VerifyError } from "./verify_error.ts";

/** The verify.ts of each pack in this checkout; a new pack may not have one yet. */
export const packs: readonly PackSubject[] = await Promise.all(
  (await spread(["packs/*/verify.ts"])).map(async (file) => {
    const module: { readonly subject: PackSubject } = await import(new URL(`../../${file}`, import.meta.url).href);
    return module.subject;
  }),
);

export interface Subject {
  readonly pack: PackSubject;
  readonly view: SubjectView;
}

/**
 * The subject of a view. A view that its pack's verify.ts does not list is verified with the pack's rows, without a
 * check of the view's own rows.
 *
 * @throws VerifyError if no pack has synthetic rows for the view.
 */
export function findSubject(name: string): Subject {
  for (const pack of packs) {
    const view = pack.views.find((candidate) => candidate.view === name);
    if (view !== undefined) return { pack, view };
  }
  const served = resources.find(({ view }) => view === name);
  const pack = packs.find((candidate) => candidate.pack === served?.pack);
  if (pack !== undefined) {
    const view = { view: name, trace: null };
    return { pack: { ...pack, views: [...pack.views, view] }, view };
  }
  throw new VerifyError(
    `There are no synthetic rows for the view "${name}"`,
    `choose from ${
      packs.flatMap(({ views }) => views.map(({ view }) => view)).join(", ")
    }, or write its pack's verify.ts`,
  );
}
