import type { Classification, DocumentInput } from './classification.ts';
import { readLines } from './document-text.ts';
import { findFields, readFindings } from './fields/find-fields.ts';
import { decideKind } from './kind.ts';
import { detectLanguage } from './language.ts';
import { findTitle } from './title.ts';

/**
 * Language, kind, title and fields of a document, from its text alone: the same input always gives
 * the same outcome. Looks at no more than the first 50 pages and 200,000 characters, so its time is
 * bounded however long the text is. Never throws.
 */
export function classify(input: DocumentInput): Classification {
  const { pages, format, fileName } = input;
  const lines = readLines(pages);
  const language = detectLanguage(pages);
  const findings = readFindings(lines, language.code);
  const { totals } = findings;
  const verdict = decideKind({ lines, pages, format, fileName, language: language.code, totals });
  const { kind, confidence, evidence, headings } = verdict;
  return {
    language,
    title: findTitle(lines, format, headings),
    kind,
    confidence,
    evidence,
    fields: findFields(findings, kind),
  };
}
