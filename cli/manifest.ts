/** What a version of Freshet consists of: `manifest.json` of the package, written by tools/build_packages.ts. */
export interface Manifest {
  readonly version: string;
  /** All migrations of all areas, in their order. Their files are `sql/<area>__<what>.sql`. */
  readonly migrations: readonly Migration[];
  /** By area: core, audit, identity, and each pack. */
  readonly areas: Readonly<Record<string, Area>>;
  readonly packs: Readonly<Record<string, Pack>>;
  /** Packages that files in a project import, as `npm:` specifiers by the names that they are imported by. */
  readonly imports: Readonly<Record<string, string>>;
}

export interface Migration {
  readonly area: string;
  /** `<area>__<what>`: what it is known by in a project, where its date is another. */
  readonly name: string;
}

/** The current objects of an area. */
export interface Area {
  /** Fingerprints of the functions by `<schema>.<name>`; several for one name that is overloaded. */
  readonly functions: Readonly<Record<string, readonly string[]>>;
  /** `<schema>.<name>` of tables and views. */
  readonly relations: readonly string[];
  /** `<schema>.<name>` of types, without those of relations. */
  readonly types: readonly string[];
  /** Policies of tables outside our schemas. */
  readonly policies: readonly Policy[];
  readonly roles: readonly string[];
  /** Its jobs: the names that are written out, and the statements that schedule and declare them. */
  readonly jobs: { readonly names: readonly string[]; readonly statements: readonly string[] };
}

export interface Policy {
  readonly name: string;
  readonly table: string;
}

export interface Pack {
  /** Packs that have to be there first, if they are there at all. */
  readonly after: readonly string[];
  /** Paths in `packs/<pack>/`. */
  readonly files: readonly string[];
  readonly resources: readonly PackResource[];
  readonly functions: readonly PackFunction[];
}

export interface PackResource {
  /** Its full name, like orders/days. */
  readonly name: string;
  /** Its file in `packs/<pack>/`. */
  readonly file: string;
  readonly constant: string;
}

export interface PackFunction {
  /** The name under which it is deployed. */
  readonly name: string;
  /** Names of `imports` that it needs. */
  readonly imports: readonly string[];
}
