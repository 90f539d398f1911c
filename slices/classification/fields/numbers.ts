import type { Field } from '../classification.ts';
import type { Line } from '../document-text.ts';
import { withoutEdges } from './edges.ts';
import { sourceOf } from './finding.ts';
import type { LabelledValue } from './label-index.ts';

const MAX_REFERENCES = 5;
/** "Nr.", "No", "n°", at most a few words behind the label: `Rechnung des Versicherers Nr. 4711`. */
const NUMBER_SIGN =
  /^(?:[\p{L} ]{1,30} )?(?:nr|no|num|number|nummer|numero|n°|nº|№|id|n)(?:[.:#°º]\s*|\s+)(?=[\p{L}\d#])/iu;

/** Number of an invoice, credit note or receipt: the surest label with a code behind it. */
export function findDocumentNumber(values: LabelledValue[], lines: Line[]): Field[] {
  const labelled = codes(values, 'documentNumber');
  return labelled.length > 0 ? labelled : numberSign(lines);
}

/** Without a label: `# 4711` alone on one of the first lines. */
function numberSign(lines: Line[]): Field[] {
  for (const { text, page } of lines.slice(0, 15)) {
    const code = /^# ?\S+$/.test(text) ? readCode(text) : null;
    if (code !== null) {
      return [{ name: 'documentNumber', value: code, page, source: text, confidence: 0.45 }];
    }
  }
  return [];
}

/** Order numbers, file references and the like. */
export function findReferences(values: LabelledValue[]): Field[] {
  return codes(values, 'reference').slice(0, MAX_REFERENCES);
}

function codes(values: LabelledValue[], name: 'documentNumber' | 'reference'): Field[] {
  return values
    .filter((value) => value.name === name)
    .flatMap(({ label, value, page, strength, sameLine }) => {
      const code = readCode(value, strength);
      if (code === null) return [];
      const announced = NUMBER_SIGN.test(value) ? Math.max(strength, 0.9) : strength;
      const confidence = 0.95 * announced * (sameLine ? 1 : 0.8);
      return { name, value: code, page, source: sourceOf(label, value), confidence };
    })
    .toSorted((a, b) => b.confidence - a.confidence);
}

/**
 * The code at the start of a text, such as `INV/2023/03/0008` or `RE 4711`: it holds a digit and is
 * no date and no amount. A short word in capitals before it belongs to it.
 */
export function readCode(text: string, strength = 1): string | null {
  const bare = text
    .replace(/^\(\w{1,6}\)\s*/, '')
    .replace(NUMBER_SIGN, '')
    .replace(/^[\s:.#°º–—-]+/, '');
  const [, prefix = '', code = ''] =
    /^([A-Z]{1,4} )?([\p{L}\p{N}_][\p{L}\p{N}_./\\-]{0,39})(?![\p{L}\p{N}])/u.exec(bare) ?? [];
  const trimmed = withoutEdges(code, /[./\\-]/);
  const rest = bare.slice(prefix.length + code.length);
  if (!/\d/.test(trimmed) || trimmed.length < 2) return null;
  if (/^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}$|^\d{4}-\d\d-\d\d$/.test(trimmed)) return null;
  if (/^\d{1,3}(?:[.,]\d{3})*[.,]\d\d$/.test(trimmed) || /^\s?[%€$£]/.test(rest)) return null;
  // "Invoice 12 items" or "Rechnung 2024" alone are too little for a weak label.
  if (strength < 0.7 && /^\d{1,2}$/.test(trimmed) && !/^(?:nr|no|n|#)/i.test(text)) return null;
  return `${prefix}${trimmed}`;
}
