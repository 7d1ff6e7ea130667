import { systemClock } from "../../../shared/adapters/runtime/clock.ts";
import type { AuditDatabase } from "../../../shared/audit/ports.ts";
import type { Clock } from "../../../shared/kernel/ports.ts";
import type { AuditChanges, AuditStage } from "./audit_stage.ts";
import type { Step } from "../fakes/envelope_sink.ts";

/** The scene of a fault while there are incidents to report. */
export interface FaultScene {
  readonly stage: AuditStage;
  /** Makes this many jobs fail, each once unless `runs` is given. */
  inject(jobs: number, runs?: number): Promise<void>;
  /** Runs a pass with a token; its outcome does not matter. */
  pass(changes?: AuditChanges): Promise<void>;
}

export interface DeliveryFault {
  /** Its number in the list of faults that the audit is tested with: F25 to F36. */
  readonly id: string;
  readonly what: string;
  /** No other test injects it, so it runs in every test run. */
  readonly is_only_here?: true;
  readonly run: (scene: FaultScene) => Promise<void>;
}

type Wrapped = (database: AuditDatabase) => AuditDatabase;

/** Faults on the way from an incident to the receiver. After each, time passes and further passes run. */
export const deliveryFaults: readonly DeliveryFault[] = [
  {
    id: "F25",
    is_only_here: true,
    what: "fifteen failures of each of thirty jobs at once",
    async run({ inject, pass }) {
      await inject(30, 15);
      await pass();
    },
  },
  {
    id: "F26",
    is_only_here: true,
    what: "three calls of the audit lost on the way",
    async run({ inject }) {
      for (const _ of [1, 2, 3]) await inject(1);
    },
  },
  {
    id: "F27",
    what: "eight auditors at once",
    async run({ inject, pass }) {
      await inject(4);
      await Promise.all(Array.from({ length: 8 }, () => pass()));
    },
  },
  ...killed("before its pass is committed", (database) => ({ ...database, pass: die })),
  ...killed("after its pass", (database) => ({ ...database, lease: die })),
  ...killed("between send and acknowledgement", (database) => ({ ...database, acknowledge: die })),
  ...killed("after the acknowledgement", (database) => ({ ...database, leaseResolution: die })),
  ...killed("after everything is sent", (database) => ({ ...database, record: die })),
  {
    id: "F29",
    is_only_here: true,
    what: "the end of the function's time in the middle of sending",
    async run({ stage, inject, pass }) {
      await inject(4);
      stage.sink.always("event", { delay_ms: 60 });
      await pass({ send_for_ms: 100 });
      stage.sink.always("event", {});
    },
  },
  ...answered("F30", "a 500", { status: 500 }),
  ...answered("F30", "a connection that breaks", { fault: "reset" }),
  ...answered("F30", "no answer in time", { fault: "silent" }),
  {
    id: "F30",
    what: "a host that cannot be found",
    is_only_here: true,
    async run({ inject, pass }) {
      await inject(2);
      await pass({ dsn: "http://public@sentry.invalid/1" });
    },
  },
  ...limited("X-Sentry-Rate-Limits of events", () => ({ "x-sentry-rate-limits": "120:error:organization" })),
  ...limited("X-Sentry-Rate-Limits of everything", () => ({ "x-sentry-rate-limits": "120::organization" })),
  ...limited("Retry-After as a date", () => ({ "retry-after": new Date(Date.now() + 600_000).toUTCString() })),
  ...limited("an enormous Retry-After", () => ({ "retry-after": "999999" })),
  ...answered("F32", "413 to the whole event", { status: 413 }, {}),
  ...refused(400),
  ...refused(401),
  ...refused(403),
  ...answered("F34", "a lost response", { fault: "response_lost" }),
  {
    id: "F35",
    what: "more than an hour without a receiver",
    async run({ stage, inject, pass }) {
      stage.sink.always("event", { fault: "reset" });
      for (const _ of [1, 2, 3, 4]) {
        await inject(1);
        await pass();
        await stage.passTime();
        await stage
          .sql`update analytics.outbox set created_at = created_at - interval '20 minutes' where state = 'pending'`;
      }
      stage.sink.always("event", {});
    },
  },
  ...skewed("ten minutes ahead", 600_000),
  ...skewed("ten minutes behind", -600_000),
  {
    id: "F36",
    what: "a clock that jumps back an hour while it sends",
    is_only_here: true,
    async run({ inject, pass }) {
      await inject(3);
      let asked = 0;
      await pass({ clock: { ...systemClock, now: () => Date.now() - (asked++ > 1 ? 3_600_000 : 0) } });
    },
  },
];

function killed(when: string, database: Wrapped): DeliveryFault[] {
  return [{
    id: "F28",
    what: `an auditor that ends ${when}`,
    async run({ inject, pass }) {
      await inject(2);
      await pass({ database });
    },
  }];
}

function answered(id: string, what: string, step: Step, then?: Step): DeliveryFault[] {
  return [{
    id,
    what,
    async run({ stage, inject, pass }) {
      await inject(2);
      stage.sink.script("event", step, ...(then === undefined ? [] : [then]), step);
      await pass({ timeout_ms: 300 });
    },
  }];
}

function limited(what: string, headers: () => Record<string, string>): DeliveryFault[] {
  return [{
    id: "F31",
    what: `429 with ${what}`,
    async run({ stage, inject, pass }) {
      await inject(2);
      stage.sink.script("event", { status: 429, headers: headers() });
      await pass();
      await pass();
    },
  }];
}

function refused(status: number): DeliveryFault[] {
  return [{
    id: "F33",
    what: `${status} to everything, until it is mended and released`,
    async run({ stage, inject, pass }) {
      await inject(2);
      stage.sink.always("event", { status });
      for (const _ of [1, 2, 3]) await pass();
      stage.sink.always("event", {});
      await stage.sql`select analytics.release_parked_alerts()`;
    },
  }];
}

function skewed(what: string, by_ms: number): DeliveryFault[] {
  const clock: Clock = { ...systemClock, now: () => Date.now() + by_ms };
  return [{
    id: "F36",
    what: `a function whose clock is ${what}`,
    async run({ inject, pass }) {
      await inject(2);
      await pass({ clock });
    },
  }];
}

function die(): Promise<never> {
  return Promise.reject(new Error("killed"));
}
