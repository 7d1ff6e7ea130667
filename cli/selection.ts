import { CliError } from "./cli_error.ts";
import type { Area, Manifest, Migration } from "./manifest.ts";
import type { Profile } from "./record.ts";

/** What of Freshet a project has. */
export interface Selection {
  readonly profile: Profile;
  /** identity and packs, in the order in which they build on one another. */
  readonly with: readonly string[];
}

const ALWAYS = ["core", "audit"];

/** @throws CliError for a name that is no area, and for a pack in a profile that serves nothing */
export function choose(manifest: Manifest, profile: Profile, names: readonly string[]): Selection {
  const choices = Object.keys(manifest.areas).filter((area) => !ALWAYS.includes(area));
  const unknown = names.find((name) => !choices.includes(name));
  if (unknown !== undefined) {
    throw new CliError(`--with knows no "${unknown}"`, `choose from ${choices.join(", ")}`);
  }
  if (profile === "audit" && names.length > 0) {
    throw new CliError(
      `profile audit serves nothing, so ${names.join(", ")} would not be read`,
      "take --profile core, or leave --with out",
    );
  }
  return { profile, with: choices.filter((area) => names.includes(area)) };
}

/** The areas whose SQL a selection has: the audit stands on tables and functions of core. */
export function areasOf(selection: Selection): readonly string[] {
  return [...ALWAYS, ...selection.with];
}

export function migrationsOf(manifest: Manifest, selection: Selection): readonly Migration[] {
  const areas = areasOf(selection);
  return manifest.migrations.filter(({ area }) => areas.includes(area));
}

export function objectsOf(manifest: Manifest, selection: Selection): readonly Area[] {
  return areasOf(selection).flatMap((area) => manifest.areas[area] ?? []);
}

/** Whether an object is outside our schemas: a table, function or type of the application. */
export function isOutside(name: string): boolean {
  return !/^(?:analytics|freshet)\./.test(name);
}

/** Fingerprints of all functions of a selection, by name. */
export function functionsOf(manifest: Manifest, selection: Selection): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { functions } of objectsOf(manifest, selection)) {
    for (const [name, prints] of Object.entries(functions)) {
      found.set(name, [...found.get(name) ?? [], ...prints].sort());
    }
  }
  return found;
}
