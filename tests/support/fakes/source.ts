import { type AppError, internalError, sourceUnavailable } from "../../../shared/kernel/app_error.ts";
import type { Clock } from "../../../shared/kernel/ports.ts";
import type { PersonReading, Source, SourceAnswer, SourceFilter, SourceRequest } from "../../../shared/read/source.ts";
import { sha256 } from "../../../shared/adapters/runtime/sha256.ts";
import { writeBuckets } from "../../../shared/read/buckets.ts";
import { toUtc } from "../../../shared/kernel/utc_timestamp.ts";
import { anyViewState, type ViewState, type ViewStateMap } from "../../../shared/read/view_state.ts";
import { settle } from "./clock.ts";

export type FakeRow = Readonly<Record<string, unknown>>;

interface FakeView {
  state: ViewState;
  rows: readonly FakeRow[];
  division?: Division;
}

/** The buckets of an incremental view. */
interface Division {
  readonly by: string;
  readonly buckets: readonly { readonly version: number; readonly moved_ms: number }[];
}

/** A database in memory that keeps the contract of `view_states` and `read_view`, can fall silent, and counts. */
export class FakeSource implements Source {
  readonly #clock: Clock;
  readonly #views = new Map<string, FakeView>();
  /** The values of `freshet.scope_<relation>` for a subject; inside an organisation the key is `subject@org`. */
  readonly owners = new Map<string, readonly string[]>();
  is_down = false;
  /** Whether it leaves the scope out of the WHERE, as a faulty database would. */
  forgets_scope = false;
  /** The rows of `analytics.access_log`. */
  readonly access_log: (PersonReading & { readonly person: string })[] = [];
  /** Whether the access log refuses rows. */
  is_log_closed = false;
  reads = 0;
  state_reads = 0;
  readonly requests: SourceRequest[] = [];
  /** Every read waits for this, when set. */
  gate: Promise<void> | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.refresh("agents_of_user", []);
  }

  /** Registers a view that has never been refreshed. */
  register(view: string, stale_after_seconds = 1_200): void {
    const state = { version: 0, refreshed_at: null, verified_at: null, source_as_of: null };
    this.#views.set(view, { state: { ...state, stale_after_seconds, populated: false }, rows: [] });
  }

  /** As a database in which nothing was ever registered. */
  forgetAll(): void {
    this.#views.clear();
  }

  /** Registers a live relation. */
  registerLive(name: string): void {
    this.register(name);
    const { state, rows } = this.#view(name);
    this.#views.set(name, { rows, state: { ...state, live: true } });
  }

  /** Divides a view into buckets by the values of a column, as an incremental view is. */
  divide(view: string, by: string, count = 256): void {
    const { state, rows } = this.#view(view);
    const moved = { version: state.version, moved_ms: Date.parse(state.refreshed_at ?? "1970-01-01T00:00:00Z") };
    this.#views.set(view, { state, rows, division: { by, buckets: Array.from({ length: count }, () => moved) } });
  }

  /** The bucket of a value as this database sees it: it may know another spelling than its caller. */
  bucketOf(value: string, count: number): number {
    return Number.parseInt(sha256(this.canonical(value).toLowerCase()).slice(0, 4), 16) % count;
  }

  /** How the column writes a value that has several spellings. */
  canonical: (value: string) => string = (value) => value;

  /** The error that a source throws that does not answer. */
  silence(): AppError {
    return sourceUnavailable("down");
  }

  /** Recomputes a view: new rows under a new version, at the clock's time. */
  refresh(view: string, rows: readonly FakeRow[]): void {
    if (this.#views.get(view)?.state.unreadable !== undefined || !this.#views.has(view)) this.register(view);
    const { state, division, rows: before } = this.#view(view);
    const moment = new Date(this.#clock.now()).toISOString();
    const moved = { version: state.version + 1, refreshed_at: moment, verified_at: moment, source_as_of: moment };
    const divided = division === undefined ? {} : { division: this.#moveBuckets(division, { before, rows, moved }) };
    this.#views.set(view, { rows, state: { ...state, ...moved, populated: true }, ...divided });
  }

  /** Empties a view as `refresh … with no data` does. */
  empty(view: string): void {
    const held = this.#view(view);
    this.#views.set(view, { ...held, rows: [], state: { ...held.state, populated: false } });
  }

  /** A refresh that found nothing to do. */
  verify(view: string): void {
    const held = this.#view(view);
    const verified_at = new Date(this.#clock.now()).toISOString();
    this.#views.set(view, { ...held, state: { ...held.state, verified_at } });
  }

  /** Gives a view a state that readers cannot parse. */
  spoil(view: string, over: FakeRow): void {
    const { state, rows } = this.#view(view);
    this.#views.set(view, { rows, state: anyViewState.parse({ ...state, ...over }) });
  }

  /** Restarts a view's version numbers, as in a reset database. */
  forgetVersions(view: string): void {
    const held = this.#view(view);
    this.#views.set(view, { ...held, state: { ...held.state, version: 0 } });
  }

  async states(): Promise<ViewStateMap> {
    this.state_reads += 1;
    await settle();
    if (this.is_down) throw sourceUnavailable("down");
    return Object.fromEntries([...this.#views].map(([name, { state, division }]) => [
      name,
      division === undefined ? state : { ...state, buckets: writeBuckets(division.by, division.buckets) },
    ]));
  }

  async read(view: string, request: SourceRequest): Promise<SourceAnswer> {
    this.reads += 1;
    this.requests.push(request);
    const { rows } = this.#view(view);
    const state = this.#stateBehind(view, request, true);
    const reads = Object.fromEntries(
      (request.reads ?? []).map((name) => [name, this.#stateBehind(name, request, false)]),
    );
    await (this.gate ?? settle());
    if (this.is_down) throw sourceUnavailable("down");
    const scope_values = this.#scopeValues(request);
    const { scope } = request;
    const asks_for_another = (filter: SourceFilter) =>
      "column" in filter && filter.op === "eq" &&
      (filter.column === scope?.column && !scope_values?.includes(String(filter.value)) ||
        filter.column === scope?.org?.column && filter.value !== scope?.org?.value);
    if (!this.forgets_scope && request.filters.some(asks_for_another)) {
      return { state, reads, denied: true, scope_values, rows: [], total_count: null, withheld_count: null };
    }
    const answered = this.answerTo(rows, request, scope_values);
    const counted = { ...request, filters: request.filters.filter((filter) => "column" in filter), limit: Infinity };
    const counts = request.counts || request.counts_cut && answered.length === request.limit;
    const total_count = counts ? this.answerTo(rows, counted, scope_values).length : null;
    const withheld_count = request.filters.some(isGuard)
      ? this.answerTo(rows, { ...counted, filters: counted.filters.filter((filter) => !isGuard(filter)) }, scope_values)
        .length - this.answerTo(rows, counted, scope_values).length
      : null;
    return { state, reads, denied: false, scope_values, rows: answered, total_count, withheld_count };
  }

  async readPerson(view: string, request: SourceRequest, reading: PersonReading): Promise<SourceAnswer> {
    const { reader } = reading;
    const person = request.scope?.value ?? "";
    await settle();
    if (reader.kind === "user" && !this.owners.get(reader.subject)?.includes(person)) {
      this.reads += 1;
      const { state } = this.#view(view);
      return { state, reads: {}, denied: true, scope_values: null, rows: [], total_count: null, withheld_count: null };
    }
    if (this.is_log_closed) throw internalError("read_person failed [42501, HTTP 403]");
    const answer = await this.read(view, request);
    this.access_log.push({ ...reading, person });
    return answer;
  }

  /** The correct rows of an answer, computed directly, for tests to compare with. */
  answerTo(rows: readonly FakeRow[], request: SourceRequest, scope_values: readonly string[] | null): FakeRow[] {
    const { scope } = request;
    const visible = rows
      .filter((row) => request.filters.every((filter) => passes(row, filter)))
      .filter((row) => scope === null || this.forgets_scope || scope_values?.includes(String(row[scope.column])))
      .filter((row) => !scope?.org || this.forgets_scope || row[scope.org.column] === scope.org.value);
    return [...visible].sort((left, right) => compareRows(left, right, request)).slice(0, request.limit)
      .map((row) => Object.fromEntries(request.columns.map((column) => [column, row[column]])));
  }

  /** The buckets of the rows that went, and of those that came. */
  #moveBuckets(
    { by, buckets }: Division,
    { before, rows, moved }: {
      readonly before: readonly FakeRow[];
      readonly rows: readonly FakeRow[];
      readonly moved: { readonly version: number; readonly refreshed_at: string };
    },
  ): Division {
    const [old, now] = [before, rows].map((held) => new Set(held.map((row) => JSON.stringify(row))));
    const touched = [
      ...before.filter((row) => now?.has(JSON.stringify(row)) === false),
      ...rows.filter((row) => old?.has(JSON.stringify(row)) === false),
    ];
    const numbers = new Set(touched.map((row) => this.bucketOf(String(row[by]), buckets.length)));
    const move = { version: moved.version, moved_ms: Date.parse(moved.refreshed_at) };
    return { by, buckets: buckets.map((held, number) => numbers.has(number) ? move : held) };
  }

  /** As `freshet.answer_state`: the bucket that all rows of the answer are in, if the request itself shows it. */
  #stateBehind(name: string, { scope, filters, confined_to, reading }: SourceRequest, is_view: boolean): ViewState {
    const { state, division } = this.#view(name);
    if (division === undefined) return state;
    const { by, buckets } = division;
    const filter = filters.find((one) => "column" in one && one.column === by && one.op === "eq");
    const demanded = scope?.column === by && scope.relation === null
      ? scope.value
      : scope?.org?.column === by
      ? scope.org.value
      : filter !== undefined && "value" in filter
      ? String(filter.value)
      : undefined;
    const value = confined_to?.column === by
      ? confined_to.value
      : is_view && reading === undefined
      ? demanded
      : undefined;
    if (value === undefined) return state;
    const number = this.bucketOf(value, buckets.length);
    const { version, moved_ms } = buckets[number] ?? { version: 0, moved_ms: 0 };
    const refreshed_at = new Date(moved_ms).toISOString();
    return { ...state, bucket: { number, version, refreshed_at, source_as_of: refreshed_at } };
  }

  #scopeValues({ scope }: SourceRequest): string[] | null {
    if (scope === null) return null;
    if (scope.relation === null) return [scope.value];
    const asked = scope.org === null ? scope.value : `${scope.value}@${scope.org.value}`;
    return [...this.owners.get(asked) ?? []];
  }

  #view(name: string): FakeView {
    const view = this.#views.get(name);
    if (view === undefined) throw internalError(`unknown view ${name}`);
    return view;
  }
}

function isGuard(filter: SourceFilter): boolean {
  return "column" in filter && filter.is_guard === true;
}

function passes(row: FakeRow, filter: SourceFilter): boolean {
  if (!("column" in filter)) {
    const place = filter.columns.findIndex((column, index) => compareValues(row[column], filter.values[index]) !== 0);
    if (place < 0) return false;
    const beyond = compareValues(row[filter.columns[place] ?? ""], filter.values[place]);
    return filter.op === "after" ? beyond > 0 : beyond < 0;
  }
  const { column, op, value } = filter;
  const held = row[column];
  if (op === "eq") return held === value;
  if (op === "in") return Array.isArray(value) && value.includes(held);
  if (op === "gte") return compareValues(held, value) >= 0;
  // In this fake, every row is listed.
  if (op === "listed") return true;
  if (op === "lte") return compareValues(held, value) <= 0;
  throw new Error(`The fake source does not know the operator "${op}"`);
}

function compareRows(left: FakeRow, right: FakeRow, { order }: SourceRequest): number {
  for (const { column, direction } of order) {
    const [a, b] = [left[column], right[column]];
    if (a === b) continue;
    const ascending = compareValues(a, b);
    return direction === "asc" ? ascending : -ascending;
  }
  return 0;
}

function compareValues(left: unknown, right: unknown): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  const [a, b] = [spelling(left), spelling(right)];
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Normalises timestamps, so that offsets do not matter. */
function spelling(value: unknown): string {
  const text = String(value);
  return /^\d{4}-\d\d-\d\dT.*[+-]\d\d:\d\d$/.test(text) ? toUtc(text) : text;
}
