import type { ActionView } from '../failure-admin/action-view.contract.ts';

/** Erasing a document, as its page offers it. */
export const eraseAction = (document: string): ActionView => ({
  id: 'act-erase',
  icon: 'erase',
  label: 'Erase document',
  explains:
    'Removes its file, text, fields and names for good; nothing brings them back. The reason is kept: it must name nobody.',
  href: `/documents/${document}/erase`,
  choice: null,
});
