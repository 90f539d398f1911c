import type { Evidence, Field } from './classification.ts';

export type { Candidate, Evidence, Field } from './classification.ts';

/** What the classification found, as its blob keeps it: fields best first, evidence strongest first. */
export interface Findings {
  fields: Field[];
  evidence: Evidence[];
}

/** Reads the blob that `ClassificationFinished` names. */
export function parseFindings(json: string): Findings {
  return JSON.parse(json) as Findings;
}
