/**
 * Where a phrase counts. `heading`: at the start or end of a short line among the first of the
 * document, or in the file's name. `title`: at the start of such a line, with no colon behind it:
 * "Order: 4711" says what another document is. `label`: at the start of a line or column, or before
 * a colon. `text`: anywhere.
 */
export type Place = 'heading' | 'title' | 'label' | 'text';

/** Languages with rules of their own. */
export type RuleLanguage = 'en' | 'de' | 'fr' | 'es' | 'it' | 'nl' | 'pl' | 'pt';

/**
 * Phrases of one meaning, by language, separated by commas: however many of them a document
 * holds, the rule counts once. Case, accents and hyphens do not matter.
 */
export interface KindRule {
  place: Place;
  weight: number;
  phrases: Partial<Record<RuleLanguage, string>>;
}
