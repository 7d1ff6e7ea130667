import type { OpsCache } from "../../shared/client/mod.ts";
import type { Resource } from "../api/use_resource.ts";
import { Card } from "../cards/card.tsx";
import { Stat } from "../cards/stat.tsx";
import { bytes } from "../words/moments.ts";
import { counted, duration, number, percent } from "../words/numbers.ts";
import type { OpsAnswer } from "./use_ops.ts";

/** Where an answer came from, in words, the fastest first. */
const LAYERS: readonly (readonly [keyof OpsCache["isolate"]["answers"], string])[] = [
  ["not_modified", "unchanged, no body sent"],
  ["memory", "memory of the isolate"],
  ["collapsed", "shared with another request"],
  ["shared", "Redis"],
  ["source", "database"],
  ["person", "database, for one person"],
  ["previous", "previous version, while the next is read"],
  ["stale", "stale, since the database did not answer"],
  ["none", "nothing read"],
];

export function Cache({ resource }: { readonly resource: Resource<OpsAnswer<OpsCache>> }) {
  return (
    <Card title="Cache" size="wide" has_view={false} resource={resource} isEmpty={() => false} empty="">
      {({ data: { isolate, has_shared } }) => {
        const { answers, memory, shared_failures } = isolate;
        const read = LAYERS.filter(([layer]) => layer !== "none").reduce((sum, [layer]) => sum + answers[layer], 0);
        const from_database = answers.source + answers.person;
        const failures = Object.values(shared_failures).reduce((sum, count) => sum + count, 0);
        const most = Math.max(1, ...LAYERS.map(([layer]) => answers[layer]));
        return (
          <>
            <p className="quiet">
              Of one isolate, <code>{isolate.isolate_id}</code>, since its start {duration(isolate.age_seconds)}{" "}
              ago. A deployment has several, and the next look may reach another.
            </p>
            <div className="cache">
              <dl className="stats">
                <Stat
                  name="Without the database"
                  value={percent(read === 0 ? null : 1 - from_database / read)}
                >
                  of {counted(read, "answer")}
                </Stat>
                <Stat name="Memory" value={bytes(memory.byte_count)}>
                  {counted(memory.entry_count, "entry").replace("entrys", "entries")} of at most{" "}
                  {bytes(memory.most_bytes)}
                </Stat>
                <Stat name="Redis" value={has_shared ? counted(failures, "failure") : "None"}>
                  {has_shared
                    ? `${number(isolate.shared_skipped, 0)} calls left out after one`
                    : "each isolate has a cache of its own"}
                </Stat>
              </dl>
              <table className="layers">
                <caption className="sr-only">Answers by where they came from</caption>
                <thead>
                  <tr>
                    <th scope="col">Answers from</th>
                    <th scope="col" className="figure">Count</th>
                    <td />
                  </tr>
                </thead>
                <tbody>
                  {LAYERS.map(([layer, text]) => (
                    <tr key={layer}>
                      <th scope="row">{text}</th>
                      <td className="figure">{number(answers[layer], 0)}</td>
                      <td className="layer-bar">
                        <svg width="100%" height="8" aria-hidden="true" focusable="false">
                          <rect
                            className="bar-mark"
                            width={`${(100 * Math.max(0, answers[layer])) / most}%`}
                            height="8"
                            rx="2"
                          />
                        </svg>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </>
        );
      }}
    </Card>
  );
}
