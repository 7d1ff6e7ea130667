// What `deno task start` shows of the training pack: the lines that it prints are pasted into a shell, and answer with rows.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { pause } from "../../../../stack/pause.ts";
import { curlLines, mailLines } from "../../../../stack/welcome.ts";
import { e2e } from "../../../../tests/support/rigs/e2e.ts";
import { asUser, type Product, startProduct } from "../../../../tests/support/rigs/product.ts";

let product: Product;

Deno.test.beforeAll(async () => {
  product = await startProduct({ uses: ["weekly-digest"], samples: true });
});
Deno.test.afterAll(() => product.stop());

async function pasted(line: string): Promise<{ readonly data?: Record<string, unknown>[] }> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", line] }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

e2e("every line that a first start prints answers, and with rows where it asks for rows", async () => {
  const lines = await curlLines(product.stack);
  equal(lines.length, 11);
  for (const line of lines) {
    const answer = await pasted(line);
    if (!line.includes("/health")) ok(answer.data !== undefined && answer.data.length > 0, line);
  }
});

e2e(
  "the command that a first start prints beside the mailbox's address sends a mail, which the address shows",
  async () => {
    const [address = "", , ...command] = (await mailLines(product.stack)).trim().split("\n");
    const { code } = await new Deno.Command("sh", { args: ["-c", command.join("\n")] }).output();
    equal(code, 0);
    const mails = async () => (await fetch(address.replace("Mails: ", "") + "/mails")).json();
    for (let second = 0; second < 30 && (await mails()).length === 0; second++) await pause(1_000);
    const subjects = (await mails()).map(({ to, subject }: { to: string[]; subject: string }) => [to, subject]);
    deepEqual(subjects, [[["demo-manager@example.com"], "DDD: your team's week, 1 July to 7 July 2013"]]);
  },
);

e2e("the demo people are named as made up, and lead twelve real students, one of them the trainee", async () => {
  const made = await product.sql`select name from public.users where id not like 'oulad-%' order by name`;
  deepEqual(made.map(({ name }) => name), ["Demo administrator (made up)", "Demo manager (made up)"]);
  const people = await product.sql`
    select m.user_id, (select count(*) from public.assignments as s where s.assignee_id = m.user_id)::integer as assignments
    from public.org_members as m where m.manager_id = 'demo-manager'`;
  equal(people.length, 12);
  ok(people.some(({ user_id }) => user_id === "oulad-287432"), "the trainee is not among them");
  for (const { user_id, assignments } of people) {
    match(user_id, /^oulad-[0-9]+$/);
    // The fourteen assessments of DDD 2013B, and one of a later presentation.
    equal(assignments, 15);
  }
});

e2e("the team's attempts name a feedback that is made up, and no others do", async () => {
  const { stack } = product;
  const answer = await product.get(`/training/me/attempts`, asUser(stack, stack.tokens["trainee"] ?? ""));
  const { data } = await answer.json();
  equal(data.length, 5);
  for (const { attempt_id, feedback_id } of data) equal(feedback_id, `made-up/${attempt_id}`);
  const [others] = await product.sql`
    select count(*)::integer as count from public.scenario_attempts as a
    join public.org_members as m on m.org_id = a.org_id and m.user_id = a.user_id
    where a.feedback_id is not null and m.manager_id is distinct from 'demo-manager'`;
  deepEqual({ ...others }, { count: 0 });
});

e2e("nothing of the sample waits in the default partition", async () => {
  const [facts] = await product.sql`
    select count(*)::integer as all, count(*) filter (
        where tableoid = 'analytics.fact_scenario_attempts_default'::regclass
    )::integer as in_default
    from analytics.fact_scenario_attempts`;
  deepEqual({ ...facts }, { all: 173_912, in_default: 0 });
});
