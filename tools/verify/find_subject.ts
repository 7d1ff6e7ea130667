import { spread } from "../pack_folders.ts";
import { resources } from "../resources.ts";
import type { PackSubject, SubjectView } from "./subject.ts";
import { VerifyError } from "./verify_error.ts";

/** The verify.ts of each pack of this checkout; a pack that was just begun has none. */
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
 * A view that its pack does not name is verified too, by the pack's rows: only that its own rows are not looked through.
 *
 * @throws VerifyError for a view whose source rows no pack has described.
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
