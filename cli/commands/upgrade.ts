import { CliError } from "../cli_error.ts";
import type { Command } from "../command.ts";
import { readOptions } from "../options.ts";
import { planFiles } from "../plan.ts";
import { type Project, readProject } from "../project.ts";
import type { Record } from "../record.ts";
import { choose } from "../selection.ts";
import { carryOut } from "./init.ts";

export const upgrade: Command = {
  what: "bring a project to the version that runs",
  help: `npx freshet@latest upgrade [--dry-run] [--json] [--plan FILE] [--yes]

Adds the migrations that the project does not have, and replaces files that are as an older version wrote them. What
the project has changed stays, and is listed.`,
  async run(args, place) {
    const options = readOptions("upgrade", args, ["dry-run", "json", "plan", "yes"]);
    const project = await readProject(place.folder);
    const { version, profile, with: areas } = recordOf(project);
    const { manifest } = place.source;
    if (isOlder(manifest.version, version)) {
      throw new CliError(
        `the project has Freshet ${version}, and this is ${manifest.version}`,
        "npx freshet@latest upgrade",
      );
    }
    const selection = choose(manifest, profile, areas);
    return await carryOut(await planFiles({ ...place, project, selection, refresh: true }), options, place);
  },
};

/** @throws CliError before init */
export function recordOf({ record }: Project): Record {
  if (record !== null) return record;
  throw new CliError("there is no freshet/freshet.json: Freshet was not put here by npx freshet", "npx freshet init");
}

/** Whether a version comes before another: `0.9.0` before `0.10.0`. */
export function isOlder(version: string, than: string): boolean {
  const [left, right] = [version, than].map((one) => one.split(/[.-]/).map(Number));
  const at = (left ?? []).findIndex((part, index) => part !== right?.[index]);
  return at >= 0 && (left?.[at] ?? 0) < (right?.[at] ?? 0);
}
