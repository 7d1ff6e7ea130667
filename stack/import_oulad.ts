// deno task import:oulad <folder> [--db-url URL]: the sample into a database that has the tables of its packs.
import { asOuladError } from "../samples/oulad/import/database_error.ts";
import { OuladError } from "../samples/oulad/import/oulad_error.ts";
import { importOulad, type OuladImport, type OuladImported } from "../samples/oulad/import.ts";
import { nearestDatabase, parseArguments } from "./choose_import.ts";
import { withConnection } from "./one_connection.ts";
import { demos } from "./pack_demo.ts";

export interface ImportTarget extends Omit<OuladImport, "sql"> {
  /** A database with the tables of the packs, as the role that owns them. */
  readonly databaseUrl: string;
}

/**
 * importOulad() over a connection of its own.
 *
 * @throws OuladError as importOulad() does, and for a connection that cannot be made or is lost
 */
export async function importOuladInto({ databaseUrl, ...options }: ImportTarget): Promise<OuladImported> {
  try {
    return await withConnection(databaseUrl, (sql) => importOulad({ ...options, sql }));
  } catch (error) {
    throw asOuladError(error);
  }
}

if (import.meta.main) {
  try {
    const { folder, dbUrl } = parseArguments(Deno.args);
    const imported = await importOuladInto({
      folder,
      databaseUrl: dbUrl ?? await nearestDatabase(),
      report: (line) => console.log(line),
      // A pack may have been left out of this checkout.
      packs: [...demos].filter(([, { sample }]) => sample !== undefined).map(([pack]) => pack),
    });
    console.log(`Done in ${imported.seconds.toFixed(1)} s`);
  } catch (error) {
    console.error(error instanceof OuladError ? `✗ ${error.message}` : error);
    Deno.exit(1);
  }
}
