import type { Resource } from "../../../../app/api/use_resource.ts";
import { Card } from "../../../../app/cards/card.tsx";
import { ExportButton } from "../../../../app/cards/export_button.tsx";
import { Stat } from "../../../../app/cards/stat.tsx";
import { counted, number, percent } from "../../../../app/words/numbers.ts";
import type { AnswerOf, ExportFilters } from "../../../../shared/client/mod.ts";

interface Props {
  readonly resource: Resource<AnswerOf<"study/first-attempt-accuracy">>;
  readonly filters: ExportFilters<"study/first-attempt-accuracy">;
}

/** With fewer questions than this, one more answer moves the share by a fifth or more. */
const FEW = 5;

/** How much is known before a question is seen: repeats do not count. */
export function FirstAnswers({ resource, filters }: Props) {
  return (
    <Card
      title="First answers"
      resource={resource}
      tools={<ExportButton name="study/first-attempt-accuracy" filters={filters} of="the first answers by topic" />}
      empty="No question is answered yet. The first answer of each question counts here, within a minute."
      tooFew={({ data }) => {
        const { questions } = sums(data);
        return questions < FEW
          ? `${counted(questions, "question")} answered so far: the share begins at ${FEW}.`
          : null;
      }}
    >
      {({ data }) => {
        const { questions, correct } = sums(data);
        const enough = data.filter(({ questions_count }) => questions_count >= FEW)
          .toSorted((left, right) => left.first_attempt_accuracy - right.first_attempt_accuracy);
        const [weakest] = enough;
        return (
          <dl className="stats">
            <Stat name="Correct at first" value={percent(correct / questions)}>
              {number(correct, 0)} of {counted(questions, "question")}
            </Stat>
            {weakest !== undefined && enough.length > 1 && (
              <Stat name="Weakest topic" value={percent(weakest.first_attempt_accuracy)}>
                {weakest.topic_name}, {number(weakest.first_correct_count, 0)} of {number(weakest.questions_count, 0)}
              </Stat>
            )}
          </dl>
        );
      }}
    </Card>
  );
}

function sums(rows: AnswerOf<"study/first-attempt-accuracy">["data"]) {
  return {
    questions: rows.reduce((sum, row) => sum + row.questions_count, 0),
    correct: rows.reduce((sum, row) => sum + row.first_correct_count, 0),
  };
}
