import { type FailedAnswer, type FaultLedger, FaultReports } from "../../../shared/ops/fault_reports.ts";
import { FakeClock } from "./clock.ts";

/** A ledger that records its calls in order. */
export function notedLedger() {
  const failed: FailedAnswer[] = [];
  const told: string[] = [];
  const ledger: FaultLedger = {
    failed(answer) {
      failed.push(answer);
      told.push(`${answer.resource} failed`);
      return Promise.resolve();
    },
    slow: ({ resource, read_ms }) => Promise.resolve(void told.push(`${resource} took ${read_ms} ms`)),
    answered: (resource) => Promise.resolve(void told.push(`${resource} answers`)),
  };
  return { failed, told, ledger };
}

/** Fault reports to a ledger that records them. */
export function notedFaults(clock = new FakeClock()) {
  const noted = notedLedger();
  return { ...noted, faults: new FaultReports({ clock, ledger: noted.ledger, waitUntil: () => {} }) };
}
