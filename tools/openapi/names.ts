import { fullName, type Resource } from "../../shared/resource/resource.ts";

/** The resource's name as a component's name: "acme/orders/by-day" becomes AcmeOrdersByDay. */
export function wordOf(resource: Resource): string {
  return pascalCase(fullName(resource));
}

/** "ops/incidents" becomes OpsIncidents. */
export function pascalCase(path: string): string {
  return path.split(/[^A-Za-z0-9]+/).map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}
