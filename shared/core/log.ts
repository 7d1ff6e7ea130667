/** Takes a line for the operator's log. A line that may wait until `soon` leaves together with others. */
export type Log = (line: string, pace: "now" | "soon") => void;
