import { createHash } from "node:crypto";

/** A module presentation as the dataset names it, e.g. `{ code_module: "DDD", code_presentation: "2013B" }`. */
export interface Presentation {
  readonly code_module: string;
  readonly code_presentation: string;
}

/** The arena's id of a student's agent. `agentId("11391")` is what Postgres makes of `md5('oulad:student:11391')::uuid`. */
export function agentId(idStudent: string): string {
  return uuidOf(`oulad:student:${idStudent}`);
}

/** The arena's id of a module presentation. */
export function challengeId({ code_module, code_presentation }: Presentation): string {
  return uuidOf(`oulad:presentation:${code_module}:${code_presentation}`);
}

/** The arena's id of one student's submission to one assessment. */
export function submissionId(idAssessment: string, idStudent: string): string {
  return uuidOf(`oulad:submission:${idAssessment}:${idStudent}`);
}

/** The training pack's id of a module, which is an organisation there. */
export function orgId(codeModule: string): string {
  return uuidOf(`oulad:module:${codeModule}`);
}

/** The training pack's id of a student, e.g. `"oulad-11391"`. */
export function userId(idStudent: string): string {
  return `oulad-${idStudent}`;
}

/** The training pack's id of an assessment, which is a scenario there. */
export function scenarioId(idAssessment: string): string {
  return uuidOf(`oulad:assessment:${idAssessment}`);
}

/** The training pack's id of one student's attempt at one assessment. */
export function attemptId(idAssessment: string, idStudent: string): string {
  return uuidOf(`oulad:attempt:${idAssessment}:${idStudent}`);
}

/** `md5(name)::uuid` of Postgres: the digest as it is, with no version bits set. */
function uuidOf(name: string): string {
  const digest = createHash("md5").update(name).digest("hex");
  return digest.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
