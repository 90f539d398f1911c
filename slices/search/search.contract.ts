/** What pages need to search documents, and to show what was found. */
export { canForgive, matching, rowsWith, wordGroups } from './conditions.ts';
export type { Matching, WordGroup } from './conditions.ts';
export { createHighlighter, snippetOf, stretchesOf } from './highlight.ts';
export type { Highlighter, Stretch } from './highlight.ts';
export { qualifierNames as searchFields } from './qualifiers.ts';
export { readSearch } from './query.ts';
export type { Search } from './query.ts';
export { createSnippets } from './snippets.ts';
export type { SnippetsOf } from './snippets.ts';
