import { useResource } from "../../../../app/api/use_resource.ts";
import { Choice } from "../../../../app/frame/choice.tsx";
import { useFilters } from "../../../../app/frame/location.ts";

/** A filter of the page: one scenario of the organisation, or all. */
export function ScenarioChoice({ org_id }: { readonly org_id: string }) {
  const chosen = useFilters().get("scenario") ?? "";
  const { answer } = useResource("training/scenarios", { org_id, limit: 999 });
  const known = (answer?.data ?? []).map(({ scenario_id, title }) => [scenario_id, title] as const);
  const others = chosen === "" || known.some(([id]) => id === chosen) ? [] : [[chosen, "the chosen one"] as const];
  return (
    <Choice
      className="long"
      name="scenario"
      label="Scenario"
      value={chosen}
      options={[["", "all"], ...others, ...sorted(known)]}
    />
  );
}

function sorted(options: (readonly [id: string, title: string])[]) {
  return options.toSorted(([, left], [, right]) => left.localeCompare(right));
}
