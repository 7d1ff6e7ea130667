import type postgres from "postgres";

type Row = Record<string, unknown>;

/** What a reading is asked. */
export interface Asked {
  readonly org: string;
  readonly params?: Record<string, postgres.JSONValue>;
  readonly people?: readonly string[] | null;
}

interface Tools {
  /** What a question of Metabase answers. */
  readonly asked: (title: string, values: Readonly<Record<string, string>>) => Promise<Row[]>;
  /** What a reading of the API answers. */
  readonly read: (name: string, asked: Asked) => Promise<Row[]>;
  readonly owner: postgres.Sql;
}

/** An organisation, and the people of one manager. */
interface Team {
  readonly org: string;
  readonly boss: readonly string[];
}

export interface Counterpart {
  readonly shown: () => Promise<Row[]>;
  readonly columns: readonly string[];
  readonly answered: () => Promise<Row[]>;
  /** The same columns, as the API names them. */
  readonly like: readonly string[];
}

/** Questions of Metabase, each beside what the API answers: a reading, or the list that a resource reads. */
export function counterparts({ asked, read, owner }: Tools, { org, boss }: Team): Record<string, Counterpart> {
  const organisation = org;
  const people = boss.join(",");
  const event_type = "question_asked";
  const person = { organisation, user_id: "u3" };
  const attempts = async (own: boolean) =>
    await owner`
      select user_name, scenario_title, score, duration_seconds, started_at from analytics.attempt_list
      where org_id = ${org} and (not ${own} or user_id = 'u3')`;
  const late = async () =>
    (await read("assignments", { org, people: boss })).filter(({ status }) => status === "overdue");
  const unfinished = async () =>
    (await read("my_assignments", { org, people: ["u3"] })).filter(({ status }) => status !== "completed")
      .map((row) => ({ ...row, is_overdue: row["status"] === "overdue" }));
  const figures = ["attempt_count", "avg_score", "median_score", "score_stddev", "has_high_variance", "avg_duration"];
  return {
    admin_activity_calendar: {
      shown: async () =>
        (await asked("admin_activity_calendar", { organisation, year: "2026" })).filter((row) =>
          row["attempts"] !== "0"
        ),
      columns: ["day", "attempts"],
      answered: () => read("activity_calendar", { org, params: { year: "2026" } }),
      like: ["active_on", "attempts_count"],
    },
    admin_recent_attempts: {
      shown: () => asked("admin_recent_attempts", { organisation, limit: "100" }),
      columns: ["user_name", "scenario", "score", "duration_seconds", "started_at"],
      answered: () => attempts(false),
      like: ["user_name", "scenario_title", "score", "duration_seconds", "started_at"],
    },
    admin_scenario_insights: {
      shown: () => asked("admin_scenario_insights", { organisation, min_attempts: "1" }),
      columns: ["scenario", ...figures, "last_attempted"],
      answered: () => read("scenario_insights", { org }),
      like: ["title", ...figures, "last_attempted"],
    },
    admin_top_scenarios: {
      shown: () => asked("admin_top_scenarios", { organisation, limit: "10" }),
      columns: ["scenario", "attempts", "avg_score"],
      answered: () => read("scenario_insights", { org }),
      like: ["title", "attempt_count", "avg_score"],
    },
    kpi_heatmap: {
      shown: () => asked("kpi_heatmap", { organisation, event_type }),
      columns: ["minute_of_call", "events", "attempts_with_events"],
      answered: () => read("kpi_heatmap", { org, params: { event_type } }),
      like: ["minute_of_call", "events_count", "attempts_count"],
    },
    kpi_weekly: {
      shown: () => asked("kpi_weekly", { organisation, event_type }),
      columns: ["week", "events", "attempts_with_events", "attempts", "events_per_attempt"],
      answered: () => read("kpi_weekly", { org, params: { event_type } }),
      like: ["week_start", "events_count", "attempts_with_events_count", "attempts_count", "events_per_attempt"],
    },
    manager_overdue: {
      shown: () => asked("manager_overdue", { organisation, people }),
      columns: ["user_name", "scenario", "due_on", "is_required"],
      answered: late,
      like: ["name", "title", "due_on", "is_required"],
    },
    trainee_assignments: {
      shown: () => asked("trainee_assignments", person),
      columns: ["scenario", "due_on", "is_required", "is_overdue"],
      answered: unfinished,
      like: ["title", "due_on", "is_required", "is_overdue"],
    },
    trainee_recent_attempts: {
      shown: () => asked("trainee_recent_attempts", { ...person, limit: "100" }),
      columns: ["scenario", "score", "duration_seconds", "started_at"],
      answered: () => attempts(true),
      like: ["scenario_title", "score", "duration_seconds", "started_at"],
    },
  };
}
