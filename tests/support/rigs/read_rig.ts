import { sha256 } from "../../../shared/adapters/runtime/sha256.ts";
import { placeOf } from "../../../shared/read/cursor.ts";
import { createQuestion } from "../../../shared/read/question.ts";
import type { CacheEvent } from "../../../shared/cache/event.ts";
import type { Caller } from "../../../shared/access/caller.ts";
import type { Entry } from "../../../shared/read/entry.ts";
import { type PersonAnswer, readPerson } from "../../../shared/read/read_person.ts";
import { type ReadAnswer, readResource } from "../../../shared/read/read_resource.ts";
import { createReader, type Reader, type ReaderParts } from "../../../shared/read/reader.ts";
import { renderJson } from "../../../shared/read/renderer.ts";
import type { Resource } from "../../../shared/resource/resource.ts";
import type { Format } from "../../../shared/resource/definition.ts";
import { otherPerson } from "../../../shared/access/other_person.ts";
import { deriveScope } from "../../../shared/access/scope.ts";
import type { SharedStore } from "../../../shared/cache/shared_store.ts";
import { FakeClock, settle } from "../fakes/clock.ts";
import { FakeSharedStore } from "../fakes/shared_store.ts";
import { FakeSource } from "../fakes/source.ts";

export const SERVICE: Caller = { kind: "service" };

export interface Read {
  readonly resource: Resource;
  readonly params: Record<string, string>;
  readonly caller?: Caller;
  readonly format?: Format;
  readonly if_none_match?: string;
}

export interface Trace {
  readonly answer: ReadAnswer;
  readonly events: readonly CacheEvent["type"][];
  /** The rows of a JSON answer. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** The same for another person's rows. */
export interface OtherTrace extends Omit<Trace, "answer"> {
  readonly answer: PersonAnswer;
}

/** One isolate: a memory of its own, over a source and a shared store that other isolates may use too. */
export class Isolate {
  readonly reader: Reader;
  readonly memory = new Map<string, Entry>();
  readonly background: Promise<unknown>[] = [];

  constructor(
    world: { clock: FakeClock; source: FakeSource; shared: SharedStore | null },
    parts: Partial<ReaderParts> = {},
  ) {
    this.reader = createReader({
      clock: world.clock,
      hash: sha256,
      memory: {
        get: (stem) => this.memory.get(stem),
        set: (stem, entry) => void this.memory.set(stem, entry),
        size: () => ({ entry_count: this.memory.size, byte_count: 0, most_bytes: 0 }),
      },
      shared: world.shared,
      source: world.source,
      renderers: { json: renderJson, csv: (rendering) => `csv of ${rendering.rows.length}` },
      waitUntil: (work) => void this.background.push(work),
      deployment: "https://example.supabase.co",
      ...parts,
    });
  }

  /** Reads like the HTTP layer: checks parameters, derives the scope. Waits for background work. */
  async read(wanted: Read): Promise<Trace> {
    try {
      return await this.readOnly(wanted);
    } finally {
      await Promise.all(this.background.splice(0));
    }
  }

  async readOnly({ resource, params, caller = SERVICE, format = "json", if_none_match }: Read): Promise<Trace> {
    const events: CacheEvent[] = [];
    const question = questionOf({ resource, params, format });
    const answer = await readResource(this.reader, {
      question,
      scope: deriveScope(resource, caller, sha256),
      if_none_match: if_none_match ?? null,
      emit: (event) => void events.push(event),
    });
    const text = answer.kind === "entry" ? answer.entry.body : "";
    const rows = answer.kind === "entry" && format === "json" ? JSON.parse(text).data : [];
    return { answer, rows, events: events.map(({ type }) => type) };
  }

  /** Reads another person's rows like the HTTP layer. Fails if the parameters name nobody else. */
  async readOther({ resource, params, caller = SERVICE, format = "json" }: Read): Promise<OtherTrace> {
    const events: CacheEvent[] = [];
    const question = questionOf({ resource, params, format });
    const other = otherPerson(resource, caller, question.params);
    if (other === null) throw new Error("The parameters name the caller");
    const emit = (event: CacheEvent) => void events.push(event);
    const answer = await readPerson(this.reader, { question, other, request_id: crypto.randomUUID(), emit });
    const rows = format === "json" ? JSON.parse(answer.entry.body).data : [];
    return { answer, rows, events: events.map(({ type }) => type) };
  }
}

function questionOf({ resource, params, format }: Pick<Read, "resource" | "params"> & { readonly format: Format }) {
  const checked = resource.params.parse(params);
  const place = placeOf(resource, checked, sha256);
  return createQuestion({ resource, params: checked, format, place, max_age: null }, sha256);
}

/** One database and one Redis, for any number of isolates. */
export function createWorld() {
  const clock = new FakeClock();
  const source = new FakeSource(clock);
  const shared = new FakeSharedStore(clock);
  const world = { clock, source, shared };
  return { ...world, settle, isolate: () => new Isolate(world), lonely: () => new Isolate({ ...world, shared: null }) };
}
