import { carryOut } from "../carry_out.ts";
import type { Command } from "../command.ts";
import { readOptions } from "../options.ts";
import { planFiles } from "../plan.ts";
import { readProject, recordOf } from "../project.ts";
import { otherVersion } from "../record.ts";
import { choose } from "../selection.ts";
import { wordsOf } from "./init.ts";

export const upgrade: Command = {
  what: "bring a project to the version that runs",
  help: `npx freshet@latest upgrade [--dry-run] [--json] [--plan FILE] [--yes]

Adds the migrations that the project does not have, and replaces files that are as an older version wrote them. What
the project has changed stays, and is listed.`,
  async run(args, place) {
    const options = readOptions("upgrade", args, ["dry-run", "json", "plan", "yes"]);
    const project = await readProject(place.folder);
    const record = recordOf(project);
    const { manifest } = place.source;
    if (isOlder(manifest.version, record.version)) {
      throw otherVersion(record, manifest.version, "npx freshet@latest upgrade");
    }
    const selection = choose(manifest, record.profile, record.with);
    const plan = await planFiles({ ...place, project, selection, refresh: true });
    return await carryOut(plan, options, place, wordsOf(plan));
  },
};

/** Whether a version comes before another: `0.9.0` before `0.10.0`. */
export function isOlder(version: string, than: string): boolean {
  const [left, right] = [version, than].map((one) => one.split(/[.-]/).map(Number));
  const at = (left ?? []).findIndex((part, index) => part !== right?.[index]);
  return at >= 0 && (left?.[at] ?? 0) < (right?.[at] ?? 0);
}
