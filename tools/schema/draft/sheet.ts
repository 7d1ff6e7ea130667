import type postgres from "postgres";
import type { Description } from "../describe.ts";
import type { Catalog } from "./catalog.ts";
import { withDependents } from "./dependents.ts";
import type { Home, Homed } from "./home.ts";

/** The description of a database, with more facts from its catalogs. */
export interface Side {
  readonly description: Description;
  readonly catalog: Catalog;
}

/** The statements of one round of a draft: drops first, then changes, then statements copied from the schema files. */
export class Sheet {
  readonly drops: string[] = [];
  readonly changes: string[] = [];
  readonly byHand: string[] = [];
  /** Relations and functions that are made, dropped or made again as a whole, so that their parts need nothing. */
  readonly whole = new Set<string>();
  readonly #copies = new Map<number, Homed>();

  constructor(
    readonly sql: postgres.ISql,
    /** The database of the migrations. */
    readonly have: Side,
    /** The database of the schema files. */
    readonly want: Side,
    readonly home: Home,
  ) {}

  copy(statements: readonly Homed[]): void {
    for (const one of statements) this.#copies.set(one.at, one);
  }

  /** In the order in which a database takes them. */
  get copies(): Homed[] {
    return [...this.#copies.values()].sort((a, b) => a.at - b.at);
  }

  get isEmpty(): boolean {
    return this.drops.length + this.changes.length + this.#copies.size === 0;
  }

  drop(statement: string): void {
    if (!this.drops.includes(statement)) this.drops.push(statement);
  }

  change(statement: string): void {
    if (!this.changes.includes(statement)) this.changes.push(statement);
  }

  /** Drops the object with everything that depends on it, and creates again the parts that the schema files still have. */
  async remake(kind: "relation" | "function", name: string): Promise<void> {
    if (this.whole.has(name)) return;
    for (const one of await withDependents(this.sql, kind, name)) {
      if (one.kind === "relation") {
        const found = this.have.catalog.relations.get(one.name);
        this.drop(`drop ${found?.kind ?? "view"} ${one.name};`);
        this.whole.add(one.name);
        this.copy(this.home.ofRelation(one.name));
        this.copy(this.home.ofRow("call", [one.name.slice(one.name.indexOf(".") + 1)]));
      } else if (one.kind === "function") {
        this.drop(`drop ${this.have.catalog.functions.get(one.name)?.kind ?? "function"} ${one.name};`);
        this.whole.add(one.name);
        this.copy(this.home.ofFunction(one.name));
      } else {
        this.drop(`drop ${one.kind} ${one.name} on ${one.on};`);
        this.copy(this.home.ofPart(one.kind, one.on ?? "", one.name));
      }
    }
  }
}
