import { useResource } from "../../../app/api/use_resource.ts";
import { Card } from "../../../app/cards/card.tsx";
import { Choice } from "../../../app/frame/choice.tsx";
import { chosen, setFilters, useFilters } from "../../../app/frame/location.ts";
import type { PageProps } from "../../../app/frame/pages.ts";
import { NoAgent } from "./challenge/no_agent.tsx";
import { Lanes, LanesWithOwn } from "./challenge/lanes.tsx";
import { Progress } from "./challenge/progress.tsx";
import { TimeToFirstWin } from "./challenge/time_to_first_win.tsx";
import { Weaknesses } from "./challenge/weaknesses.tsx";

const WEEKS = ["12", "26", "52", "104"] as const;

/** A challenge: how scores are spread in its lanes, and how one agent of the caller does among them. */
export function Page({ claims }: PageProps) {
  const filters = useFilters();
  const weeks = chosen(filters, "weeks", WEEKS);
  // To an administrator of the platform every agent answers: too many for a list, so the page asks which.
  const { is_admin } = claims;
  const named = filters.get("agent");
  const challenges = useResource("arena/challenges", { limit: 999 });
  const agents = useResource("arena/agents", { limit: is_admin ? 1 : 999 });
  const own = is_admin ? [] : agents.answer?.data ?? [];
  const agent_id = named ?? own[0]?.agent_id ?? null;
  const submitted = useResource("arena/agent-challenges", {
    agent_id: agent_id ?? undefined,
    limit: is_admin ? 1 : 999,
  });
  const of_agent = (submitted.answer?.data ?? []).filter((row) => row.agent_id === agent_id);
  const known = challenges.answer?.data ?? [];
  const is_waiting = [challenges, agents, submitted].some(({ answer, failure }) => answer === null && failure === null);
  const busiest = of_agent.toSorted((left, right) => right.scored_count - left.scored_count)[0]?.challenge_id;
  const fullest = known.toSorted((left, right) =>
    right.samples_of_fullest_lane_count - left.samples_of_fullest_lane_count
  )[0]?.challenge_id;
  // Before all lists are there, another challenge would be shown for a moment.
  const challenge_id = filters.get("challenge") ?? (is_waiting ? null : busiest ?? fullest ?? null);
  const title = known.find((row) => row.challenge_id === challenge_id)?.title ?? null;
  const agent = own.find((row) => row.agent_id === agent_id)?.name ?? of_agent[0]?.agent_name ?? "This agent";

  return (
    <div className="page">
      <div className="page-head">
        <h1>{title ?? "Arena"}</h1>
        <div className="filters no-print" role="group" aria-label="Challenge and agent">
          <Choice
            className="long"
            name="challenge"
            label="Challenge"
            value={challenge_id ?? ""}
            options={options(known.map((row) => [row.challenge_id, row.title] as const), challenge_id)}
            keepsFirst
          />
          {own.length > 0 && (
            <Choice
              className="long"
              name="agent"
              label="Agent"
              value={agent_id ?? ""}
              options={options(own.map((row) => [row.agent_id, row.name] as const), agent_id)}
              keepsFirst
            />
          )}
          {is_admin && (
            <label className="choice">
              Agent{" "}
              <input
                type="search"
                placeholder="id of an agent"
                value={named ?? ""}
                onChange={({ currentTarget }) => setFilters({ agent: currentTarget.value.trim() || null })}
              />
            </label>
          )}
          <Choice
            name="weeks"
            label="Progress"
            value={weeks}
            options={[["12", "12 weeks"], ["26", "26 weeks"], ["52", "a year"], ["104", "two years"]]}
          />
        </div>
        <p className="print-only">
          {agent_id === null ? "No agent's own place is marked." : `${agent}; the last ${weeks} weeks of its progress.`}
        </p>
      </div>
      <div className="cards">
        {challenge_id === null
          ? (
            <Card
              title="Scores by lane"
              size="wide"
              resource={challenges}
              empty="No lane of a challenge has five scores yet. A challenge appears here with its fifth scored submission."
            >
              {() => null}
            </Card>
          )
          : agent_id === null
          ? <Lanes challenge_id={challenge_id} agent={null} own={null} />
          : <LanesWithOwn challenge_id={challenge_id} agent_id={agent_id} agent={agent} />}
        {challenge_id !== null && agent_id !== null
          ? (
            <OfAgent
              challenge_id={challenge_id}
              agent_id={agent_id}
              agent={agent}
              weeks={Number(weeks)}
            />
          )
          : <NoAgent resource={agents} is_admin={is_admin} />}
        <TimeToFirstWin current={challenge_id} />
      </div>
    </div>
  );
}

function OfAgent({ challenge_id, agent_id, agent, weeks }: {
  readonly challenge_id: string;
  readonly agent_id: string;
  readonly agent: string;
  readonly weeks: number;
}) {
  const progress = useResource("arena/progress", { agent_id, challenge_id, weeks });
  return (
    <>
      <Progress resource={progress} agent={agent} weeks={weeks} filters={{ agent_id, challenge_id }} />
      <Weaknesses agent_id={agent_id} agent={agent} current={challenge_id} />
    </>
  );
}

function options(known: readonly (readonly [id: string, text: string])[], value: string | null) {
  const others = value === null || known.some(([id]) => id === value) ? [] : [[value, "the chosen one"] as const];
  return [...others, ...known.toSorted(([, left], [, right]) => left.localeCompare(right))];
}
