import type { Placed } from "../load.ts";
import { type Subject, subjectOf } from "./subject.ts";

/** A statement of the schema files with what it is about. `at` is its place in the order that works. */
export interface Homed extends Placed {
  readonly at: number;
  readonly subject: Subject;
}

const RELATION_WORDS = new Set(["table", "view", "materialized view", "type", "sequence"]);

/** The statements of the schema files, to be found by the objects that they are about. */
export class Home {
  readonly all: readonly Homed[];

  constructor(placed: readonly Placed[]) {
    this.all = placed.map((one, at) => ({ ...one, at, subject: subjectOf(one.text) }));
  }

  /** All that belongs to a relation, except rows. */
  ofRelation(name: string): Homed[] {
    return this.all.filter(({ subject: { kind, names, on } }) =>
      on === name || (RELATION_WORDS.has(kind) && names.includes(name))
    );
  }

  /** All of the functions with this name, whatever their arguments. */
  ofFunction(signature: string): Homed[] {
    const name = withSchema(signature.slice(0, signature.indexOf("(")));
    return this.all.filter(({ subject: { does, kind, names } }) =>
      does !== "call" && (kind === "function" || kind === "procedure") && names.includes(name)
    );
  }

  /** An index, trigger, policy or column of a relation: where it is made and commented. */
  ofPart(kind: string, relation: string, name: string): Homed[] {
    return this.all.filter(({ subject }) =>
      subject.kind === kind && subject.on === relation && subject.names.includes(name)
    );
  }

  /** All about a schema or a role. */
  ofNamed(kind: string, name: string): Homed[] {
    return this.all.filter(({ subject }) => subject.kind === kind && subject.names.includes(name));
  }

  /** What writes rows and has each of these words as a string. */
  ofRow(does: "insert" | "call", words: readonly string[], table?: string): Homed[] {
    return this.all.filter(({ subject, step, text }) =>
      step === "row" && subject.does === does && (table === undefined || subject.names.includes(table)) &&
      words.every((word) => text.includes(`'${word}'`))
    );
  }
}

/** A name as the catalogs print it has no schema when that is public. */
export function withSchema(name: string): string {
  return name.includes(".") ? name : `public.${name}`;
}
