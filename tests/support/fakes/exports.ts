import type { ExportJob, ExportOrder, Owner, Started } from "../../../shared/export/job.ts";
import type { Exports, ObjectStorage } from "../../../shared/export/ports.ts";
import type { FakeClock } from "./clock.ts";

const DAY_MS = 86_400_000;

/** Exports in memory. No step is worked on: a test says with `became` how far an export is. */
export class FakeExports implements Exports {
  readonly #clock: FakeClock;
  readonly jobs = new Map<string, ExportJob>();
  readonly orders: ExportOrder[] = [];
  refused_by: Started["refused_by"] = null;
  /** The state of an export right after its order. */
  first: Partial<ExportJob> = {};

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  /** The change of an export whose file is ready. */
  done(): Partial<ExportJob> {
    const now = this.#clock.now();
    return {
      status: "done",
      row_count: 20_000,
      done_count: 20_000,
      byte_count: 1_234_567,
      withheld_count: 3,
      finished_at: new Date(now).toISOString(),
      expires_at: new Date(now + DAY_MS).toISOString(),
    };
  }

  became(change: Partial<ExportJob>, export_id = exportId(this.jobs.size)): void {
    const job = this.jobs.get(export_id);
    if (job === undefined) throw new Error(`There is no export ${export_id}`);
    this.jobs.set(export_id, { ...job, ...change });
  }

  start(order: ExportOrder): Promise<Started> {
    if (this.refused_by !== null) return Promise.resolve({ export: null, is_new: false, refused_by: this.refused_by });
    this.orders.push(order);
    const { resource, filters, format, is_gzip, has_bom, link_seconds } = order;
    const job: ExportJob = {
      export_id: exportId(this.jobs.size + 1),
      resource,
      filters,
      format,
      is_gzip,
      has_bom,
      link_seconds,
      status: "queued",
      row_count: null,
      done_count: 0,
      byte_count: null,
      withheld_count: null,
      state: null,
      object_name: `file.${format}`,
      error_code: null,
      requested_at: new Date(this.#clock.now()).toISOString(),
      finished_at: null,
      expires_at: null,
      ...this.first,
    };
    this.jobs.set(job.export_id, job);
    return Promise.resolve({ export: job, is_new: true, refused_by: null });
  }

  show(export_id: string, _owner: Owner): Promise<ExportJob | null> {
    return Promise.resolve(this.jobs.get(export_id) ?? null);
  }

  cancel(export_id: string, _owner: Owner): Promise<ExportJob | null> {
    if (this.jobs.has(export_id)) this.became({ status: "cancelled" }, export_id);
    return this.show(export_id, _owner);
  }

  claim(): Promise<null> {
    return Promise.resolve(null);
  }

  drive(): Promise<boolean> {
    return Promise.resolve(false);
  }

  removable(): Promise<[]> {
    return Promise.resolve([]);
  }

  release = notHere;
  freeze = notHere;
  rows = notHere;
  store = notHere;
  chunk = notHere;
  noteUpload = notHere;
  finish = notHere;
  forgetObject = notHere;
}

export function exportId(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

export const fakeObjects: ObjectStorage = {
  link: (name, seconds, file_name) =>
    Promise.resolve(`https://example.supabase.co/storage/${name}?download=${file_name}&seconds=${seconds}`),
  put: notHere,
  begin: notHere,
  offset: notHere,
  append: notHere,
  endUpload: notHere,
  remove: notHere,
};

function notHere(): Promise<never> {
  return Promise.reject(new Error("No step of an export is worked on here"));
}
