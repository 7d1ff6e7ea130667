import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { Stat } from "../../../../app/cards/stat.tsx";
import { number, percent } from "../../../../app/words/numbers.ts";
import type { AnswerOf, RowOf } from "../../../../shared/client/mod.ts";
import { MASTERY_TERMS } from "./term_names.ts";

interface Props {
  readonly resource: Resource<AnswerOf<"study/mastery">>;
  readonly topic: RowOf<"study/mastery">;
}

/** The sum behind one topic's mastery, in words. */
export function Terms({ resource, topic }: Props) {
  return (
    <Card
      title={`How ${percent(topic.mastery_score)} comes about: ${topic.topic_name}`}
      size="wide"
      resource={resource}
      empty="No topic is begun yet."
    >
      {() => (
        <>
          <dl className="stats terms">
            {MASTERY_TERMS.map((term) => (
              <Stat key={term.name} name={term.name} value={percent(term.of(topic))}>
                <strong>
                  {percent(term.of(topic))} × {number(term.weight)} = {percent(term.of(topic) * term.weight, 1)}
                </strong>
                <br />
                {term.about(topic)}
              </Stat>
            ))}
          </dl>
          <p className="quiet">
            Together {percent(topic.mastery_score, 1)}. Its weight in the exam is {number(topic.board_exam_weight)}{" "}
            of 10; the rules are <code>{topic.calculation_version}</code>.
          </p>
        </>
      )}
    </Card>
  );
}
