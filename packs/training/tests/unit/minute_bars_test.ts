import { deepEqual, equal } from "node:assert/strict";
import { minuteBars } from "../../pages/kpi/minute_bars.ts";

const row = (minute_of_call: number) => ({ minute_of_call, events_count: 2, attempts_count: 1 });

Deno.test("minutes without an event are bars of nothing, from the first minute of the call on", () => {
  deepEqual(minuteBars([row(2), row(0)]), {
    minutes: [0, 1, 2].map((minute) => ({ minute, events: minute === 1 ? 0 : 2, attempts: minute === 1 ? 0 : 1 })),
    beyond: 0,
  });
});

Deno.test("a minute that no call has is counted, and does not make a million bars", () => {
  const { minutes, beyond } = minuteBars([row(1), row(1_800_000), row(1e15), row(-3)]);
  deepEqual([minutes.length, beyond], [2, 3]);
  equal(minuteBars([row(1e9)]).minutes.length, 0);
});
