import { fullName, type Resource } from "../../shared/resource/resource.ts";

/** The resource's name as one word of the document: "qbank/heatmap/matrix" is QbankHeatmapMatrix. */
export function wordOf(resource: Resource): string {
  return pascalCase(fullName(resource));
}

/** "ops/incidents" is OpsIncidents. */
export function pascalCase(path: string): string {
  return path.split(/[^A-Za-z0-9]+/).map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}
