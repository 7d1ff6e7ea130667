import { carryOut, type Words } from "../carry_out.ts";
import { CliError } from "../cli_error.ts";
import type { Command, Place } from "../command.ts";
import { type Asked, preflightDatabase } from "../database/preflight.ts";
import { databaseOf, type Options, readOptions } from "../options.ts";
import { type Plan, planFiles } from "../plan.ts";
import { localPort, type Project, readProject } from "../project.ts";
import { otherVersion, type Profile, PROFILES } from "../record.ts";
import { choose, type Selection } from "../selection.ts";

const OPTIONS = ["profile", "with", "dry-run", "json", "plan", "yes", "db-url", "local"];

export const init: Command = {
  what: "put Freshet into a project, or add what is missing",
  help: `npx freshet init [--profile audit|core] [--with identity,<pack>] [--db-url URL | --local]

  --profile    audit: pg_cron is watched, nothing else; core (default): views, the read API and exports too
  --with       identity (a table of roles and a token hook) and packs, which are examples with tables of their own
  --db-url     look at this database too before anything is planned; --local: that of supabase start
  --dry-run    print the plan and write nothing; --json: as JSON
  --plan FILE  save the plan as JSON
  --yes        do not ask`,
  async run(args, place) {
    const options = readOptions("init", args, OPTIONS);
    const project = await readProject(place.folder);
    if (project.record !== null && project.record.version !== place.source.manifest.version) {
      throw otherVersion(
        project.record,
        place.source.manifest.version,
        `npx freshet@${project.record.version} init, or npx freshet upgrade first`,
      );
    }
    const selection = selectionOf(options, project, place);
    const plan = await withDatabase(await planFiles({ ...place, project, selection, refresh: false }), {
      url: databaseOf(options, localPort(project)),
      project,
      source: place.source,
      selection,
    });
    return await carryOut(plan, options, place, wordsOf(plan));
  },
};

/** What was chosen before stays: a profile is only widened. */
function selectionOf({ values }: Options, { record }: Project, { source }: Place): Selection {
  const named = values.get("profile");
  if (named !== undefined && !PROFILES.includes(named as Profile)) {
    throw new CliError(`there is no profile "${named}"`, `choose from ${PROFILES.join(", ")}`);
  }
  const names = (values.get("with") ?? "").split(",").map((name) => name.trim()).filter((name) => name !== "");
  const profile = (named ?? record?.profile ?? "core") as Profile;
  if (record?.profile === "core" && profile === "audit") {
    throw new CliError("the project has profile core", "npx freshet remove, and then init --profile audit");
  }
  return choose(source.manifest, profile, [...record?.with ?? [], ...names]);
}

async function withDatabase(
  plan: Plan,
  { url, ...asked }: Asked & { readonly url: string | null },
): Promise<Plan> {
  if (url === null) {
    return { ...plan, notes: [...plan.notes, "the database was not looked at: --db-url URL does that"] };
  }
  const { problems, notes } = await preflightDatabase(url, asked);
  return { ...plan, problems: [...plan.problems, ...problems], notes: [...plan.notes, ...notes] };
}

const NEXT = `
Next:
  npx supabase db push                                   the migrations
  expose the schema "analytics": Settings, API, Exposed schemas
  select vault.create_secret('https://<ref>.supabase.co', 'project_url');      in the SQL editor
  npx supabase functions deploy --use-api`;

const HOOK = `
  switch on the access token hook public.custom_access_token_hook: Authentication, Hooks`;

/** What a plan of init or upgrade leaves to do. */
export function wordsOf(plan: Plan): Words {
  return { verb: "Write", next: plan.with.includes("identity") ? `${NEXT}${HOOK}` : NEXT };
}
