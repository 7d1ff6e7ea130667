import { createBareClient } from "freshet-client";
import { createQueries } from "freshet-client/react-query";

/** The queries of one visitor: in the browser and on the server the same. */
export function queriesOf(viewer, token) {
  const client = createBareClient({
    url: process.env.NEXT_PUBLIC_PROJECT_URL,
    key: process.env.NEXT_PUBLIC_PROJECT_KEY,
    token: () => token,
  });
  return createQueries(client, { viewer });
}
