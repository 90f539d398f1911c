import { htmlToText } from '../html.ts';
import { chartText, drawingText } from './drawing.ts';
import type { OoxmlPackage, Relation } from '../package.ts';

/** The text of what is shown in one part and stands in another, by the type of the reference to it. */
export function relatedText(parts: OoxmlPackage, relation: Relation | undefined): string {
  if (relation === undefined) return '';
  const { type, target } = relation;
  if (type === 'chart') return chartText(parts.xml(target));
  if (type === 'diagramData') return drawingText(parts.xml(target));
  if (type === 'aFChunk' && /\.x?html?$/i.test(target)) return htmlToText(parts.xml(target));
  if (type === 'aFChunk' && /\.txt$/i.test(target)) return parts.xml(target);
  return '';
}
