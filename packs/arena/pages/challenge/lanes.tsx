import { useResource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { PercentileChart } from "../../../../app/charts/percentile_chart.tsx";
import { placeOf } from "../../../../app/charts/percentile_layout.ts";
import { counted, number } from "../../../../app/words/numbers.ts";

interface Props {
  readonly challenge_id: string;
  /** The name of the agent whose place is marked; null without one. */
  readonly agent: string | null;
  /** Its averages by lane; null while they are not known. */
  readonly own: ReadonlyMap<string, number> | null;
}

/** With the averages of one of the caller's agents. */
export function LanesWithOwn({ agent_id, challenge_id, agent }: {
  readonly agent_id: string;
  readonly challenge_id: string;
  readonly agent: string;
}) {
  const { answer } = useResource("arena/weakness-patterns", {
    agent_id,
    challenge_id,
    category: "all",
    limit: 1_000,
  });
  const own = answer === null ? null : new Map(answer.data.map((row) => [row.lane_key, row.avg_score]));
  return <Lanes challenge_id={challenge_id} agent={agent} own={own} />;
}

export function Lanes({ challenge_id, agent, own }: Props) {
  const lanes = useResource("arena/lane-distributions", { challenge_id });
  return (
    <Card
      title="Scores by lane"
      size="wide"
      resource={lanes}
      tools={
        <ExportButton name="arena/lane-distributions" filters={{ challenge_id }} of="the lanes of this challenge" />
      }
      isEmpty={({ data, meta }) => data.length === 0 && (meta.withheld_count ?? 0) === 0}
      empty="This challenge has no scored submission. Its lanes appear with their fifth score."
      tooFew={({ data }) => data.length > 0 ? null : "Every lane of this challenge has fewer than five scores."}
    >
      {({ data }) => {
        const rows = data.map((lane) => ({
          ...{ label: lane.lane_key, p10: lane.p10, p25: lane.p25, p50: lane.p50, p75: lane.p75, p90: lane.p90 },
          own: own?.get(lane.lane_key) ?? null,
        }));
        const samples = data.reduce((sum, lane) => sum + lane.sample_count, 0);
        return (
          <PercentileChart
            name="Scores by lane, as percentiles"
            summary={`${counted(samples, "score")} in ${counted(data.length, "lane")}.${
              agent === null ? "" : ` ${agent} has a place in lanes with two submissions or more.`
            }`}
            rows={rows}
            own={rows.some((row) => row.own !== null) ? `${agent}, on average` : null}
            numbers={{
              columns: [
                "Lane",
                "p10",
                "p25",
                "Median",
                "p75",
                "p90",
                "Mean",
                "Lowest",
                "Highest",
                "Scores",
                "Own average",
              ],
              rows: data.map((lane) => [
                ...[lane.lane_key, lane.p10, lane.p25, lane.p50, lane.p75, lane.p90, lane.mean_score, lane.min_score],
                ...[lane.max_score, lane.sample_count, own?.get(lane.lane_key) ?? null],
              ]),
            }}
            spoken={(index) => {
              const row = rows[index];
              if (row === undefined) return "";
              const field = `${row.label}: median ${number(row.p50)}, quartiles ${number(row.p25)} and ${
                number(row.p75)
              }, 10th and 90th percentile ${number(row.p10)} and ${number(row.p90)}`;
              return row.own === null ? field : `${field}. ${agent}: ${number(row.own)}, ${placeOf(row, row.own)}`;
            }}
          />
        );
      }}
    </Card>
  );
}
