import type { Kind } from './classification.ts';
import { articleRules } from './kinds/article.ts';
import { contractRules } from './kinds/contract.ts';
import { creditNoteRules } from './kinds/credit-note.ts';
import { emailRules } from './kinds/e-mail.ts';
import { formRules } from './kinds/form.ts';
import { invoiceRules } from './kinds/invoice.ts';
import { letterRules } from './kinds/letter.ts';
import { otherRules } from './kinds/other.ts';
import { receiptRules } from './kinds/receipt.ts';
import { reportRules } from './kinds/report.ts';
import type { KindRule } from './kinds/rule.ts';

/** The kinds that words decide; spreadsheets and presentations are known by their format. */
export const KIND_RULES: Partial<Record<Kind, KindRule[]>> = {
  invoice: invoiceRules,
  'credit-note': creditNoteRules,
  receipt: receiptRules,
  letter: letterRules,
  contract: contractRules,
  report: reportRules,
  form: formRules,
  'e-mail': emailRules,
  article: articleRules,
  other: otherRules,
};
