import { fullName, type Resource } from "../../shared/resource/resource.ts";
import { resources } from "../resources.ts";
import { type Connection, Refused } from "./connection.ts";
import type { Subject } from "./find_subject.ts";
import { firstPage } from "./first_page.ts";
import { keyOf, type SyntheticTable } from "./subject.ts";
import { idRange } from "./synthetic_ids.ts";
import { VerifyError } from "./verify_error.ts";

export interface Access {
  /** With the secret key. */
  readonly service: Connection;
  /** With the publishable key. */
  readonly anybody: Connection;
  readonly report: (line: string) => void;
}

/** PostgreSQL's code for a missing right, and the API's codes for missing or invalid credentials. */
const DENIED = new Set(["42501", "401", "403", "PGRST301", "PGRST303"]);

/**
 * Checks everything that can be checked before a row is written: keys, schema, schedule, rights. Nothing is inserted:
 * the test of the right to write sends a row without an id, which every table refuses after checking the right.
 *
 * @throws VerifyError for the first check that fails.
 */
export async function checkAccess(subject: Subject, access: Access): Promise<void> {
  const { pack, view: { view, operators = [] } } = subject;
  const { service, anybody, report } = access;

  const state = (await required("the secret key", () => service.viewStates()))[view];
  report("authenticated: the secret key reads the registry");
  if (state === undefined) {
    throw new VerifyError(`The view ${view} is not registered in this project`, "push the migrations to it");
  }
  await checkColumns(view, service);
  report(`schema: ${view} is at version ${state.version}, refreshed ${state.refreshed_at ?? "never"}`);
  await checkJob(view, service);
  report(`schedule: the job refresh-${view} is active`);

  for (const table of pack.tables) await checkWriter(service, table);
  for (const { name, effect } of operators) if (effect === "reads") await required(name, () => service.call(name));
  report(`permissions: the secret key may write ${pack.tables.map(({ name }) => name).join(", ")}`);

  for (const table of pack.tables) {
    await denied(`writing ${table.name}`, () => anybody.insert(table.name, [{ [keyOf(table)]: null }]));
  }
  await denied(`selecting analytics.${view}`, () => anybody.selectView(view));
  await denied("analytics.refresh_view", () => anybody.refreshView(view));
  for (const { name } of operators) await denied(name, () => anybody.call(name));
  report("permissions: the publishable key is refused by tables, view and functions");

  await requireNoRemains(subject, service);
  report("no synthetic rows of an earlier run");
}

/** Checks that the view has all columns of its resource: without one, every request would get a 500. */
async function checkColumns(view: string, service: Connection): Promise<void> {
  const served: Resource[] = resources.filter((resource) => resource.view === view);
  if (served.length === 0) {
    throw new VerifyError(`No resource serves the view ${view}`, "add one to its pack's resources");
  }
  for (const resource of served) {
    const answer = await required(fullName(resource), () => service.readView(view, firstPage(resource, 1)));
    const fit = answer.rows.every((row) => resource.row.safeParse(row).success);
    if (!fit) {
      throw new VerifyError(
        `Rows of ${view} do not fit ${fullName(resource)}`,
        "deploy functions and migrations of one version",
      );
    }
  }
}

async function checkJob(view: string, service: Connection): Promise<void> {
  const jobs = await required("get_cron_job_status", () => service.jobs());
  const job = jobs.find(({ jobname }) => jobname === `refresh-${view}`);
  if (job?.active === true) return;
  throw new VerifyError(
    `The job refresh-${view} is ${job === undefined ? "missing" : "switched off"}`,
    "analytics.register_view() schedules it; the audit has an incident about it",
  );
}

async function checkWriter(service: Connection, table: SyntheticTable): Promise<void> {
  try {
    await service.insert(table.name, [{ [keyOf(table)]: null }]);
  } catch (error) {
    if (error instanceof Refused && error.code === "23502") return;
    throw new VerifyError(
      `The secret key may not write ${table.name}`,
      "grant insert and delete on it to service_role",
      {
        cause: error,
      },
    );
  }
  throw new VerifyError(`The table ${table.name} took a row without an id`, "its id must be a primary key");
}

async function required<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const remedy = DENIED.has(error.code)
      ? "check SUPABASE_SECRET_KEY: it must be the secret key of this project"
      : "check SUPABASE_URL, and push the migrations to this project";
    throw new VerifyError(`${what} is not at hand: ${error.message}`, remedy, { cause: error });
  }
}

async function denied(what: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Refused && DENIED.has(error.code)) return;
    if (error instanceof Refused) {
      throw new VerifyError(
        `${what} with the publishable key failed, but not because it is denied: ${error.message}`,
        "find out why before going on",
      );
    }
    throw error;
  }
  throw new VerifyError(`${what} is open to the publishable key`, "revoke it: everybody has that key");
}

/** @throws VerifyError if there are synthetic rows of another run. */
async function requireNoRemains({ pack, view }: Subject, service: Connection): Promise<void> {
  for (const table of pack.tables) {
    const count = await service.count(table, idRange(null));
    if (count === 0) continue;
    throw new VerifyError(
      `${count} synthetic rows of another run are in ${table.name}: it still runs, or was killed`,
      `wait for its end, or remove them with deno task verify ${view.view} --clean-up`,
    );
  }
}
