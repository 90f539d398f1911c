import type { Classification, DocumentInput } from './classification.ts';
import { readLines } from './document-text.ts';
import { findFields, readFindings } from './fields/find-fields.ts';
import { decideKind } from './kind.ts';
import { detectLanguage } from './language.ts';
import { rank } from './fields/ranking.ts';
import { readMailHeader } from './structured/mail-header.ts';
import { withStated } from './structured/merge.ts';
import type { Structured } from './structured/structured.ts';
import { findTitle } from './title.ts';

/**
 * Language, kind, title and fields of a document, from its text and data: the same input always gives
 * the same outcome. Looks at no more than the first 50 pages and 200,000 characters, so its time is
 * bounded however long the text is. Never throws.
 */
export function classify(input: DocumentInput): Classification {
  const { pages, format, fileName } = input;
  const lines = readLines(pages);
  const structured = [
    ...(input.structured ?? []),
    ...(format === 'email' ? [readMailHeader(lines)] : []),
  ];
  const language = detectLanguage(pages);
  const findings = readFindings(lines, language.code);
  const { totals } = findings;
  const verdict = decideKind({
    lines,
    pages,
    format,
    fileName,
    language: language.code,
    totals,
    structured,
  });
  const { kind, confidence, evidence, headings } = verdict;
  return {
    language,
    title: findTitle(lines, format, headings, statedTitle(structured)),
    kind,
    confidence,
    evidence,
    fields: rank(withStated(findFields(findings, kind), fieldsOf(structured), findings.reading)),
  };
}

function statedTitle(structured: Structured[]): string | null {
  const titles = structured.flatMap(({ fields }) => fields.filter(({ name }) => name === 'title'));
  return titles[0]?.value ?? null;
}

/** The title is told apart from the fields. */
function fieldsOf(structured: Structured[]): Structured[] {
  return structured.map((each) => ({
    ...each,
    fields: each.fields.filter(({ name }) => name !== 'title'),
  }));
}
