/** Writes timestamps as HTTP dates. The last one is remembered: a version has one, and thousands of answers show it. */
export function httpDates(): (timestamp: string) => string {
  let last = "";
  let date = "";
  return (timestamp) => {
    if (timestamp !== last) {
      date = new Date(timestamp).toUTCString();
      last = timestamp;
    }
    return date;
  };
}
