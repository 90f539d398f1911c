/** What stands before a colon in a search, and how its value is read. */
export type Qualifier =
  /** Words of a text; `field` is how the index marks them. */
  | { reads: 'words'; field: string }
  /** A value as a whole, or its beginning, whatever parts it in writing. */
  | { reads: 'whole'; field: string }
  | { reads: 'amount'; column: 'total' | 'net' | 'tax' }
  | { reads: 'days'; column: 'day' | 'due' | 'received'; from?: true; to?: true }
  | { reads: 'status' }
  | { reads: 'language' };

/** In the order in which people are told of them; those after the first name mean the same. */
const TABLE: readonly [names: readonly string[], qualifier: Qualifier][] = [
  [['kind'], { reads: 'words', field: 'kind' }],
  [['status'], { reads: 'status' }],
  [['name', 'title', 'file'], { reads: 'words', field: 'name' }],
  [['seller', 'supplier'], { reads: 'words', field: 'seller' }],
  [['buyer', 'customer'], { reads: 'words', field: 'buyer' }],
  [['number', 'documentnumber', 'no'], { reads: 'words', field: 'number' }],
  [['reference', 'ref'], { reads: 'words', field: 'reference' }],
  [['total', 'amount'], { reads: 'amount', column: 'total' }],
  [['net'], { reads: 'amount', column: 'net' }],
  [['tax', 'vat'], { reads: 'amount', column: 'tax' }],
  [['currency'], { reads: 'words', field: 'currency' }],
  [['date'], { reads: 'days', column: 'day' }],
  [['from', 'since'], { reads: 'days', column: 'day', from: true }],
  [['to', 'until'], { reads: 'days', column: 'day', to: true }],
  [['due', 'duedate'], { reads: 'days', column: 'due' }],
  [['received'], { reads: 'days', column: 'received' }],
  [['iban'], { reads: 'whole', field: 'iban' }],
  [['vatid'], { reads: 'whole', field: 'vatid' }],
  [['phone'], { reads: 'whole', field: 'phone' }],
  [['email', 'e-mail'], { reads: 'words', field: 'email' }],
  [['language', 'lang'], { reads: 'language' }],
  [['type', 'format'], { reads: 'words', field: 'format' }],
  [['source'], { reads: 'words', field: 'source' }],
  [['label'], { reads: 'words', field: 'label' }],
];

/** By every name, in lower case. */
export const qualifiers: ReadonlyMap<string, Qualifier> = new Map(
  TABLE.flatMap(([names, qualifier]) => names.map((name) => [name, qualifier] as const)),
);

/** `kind, status, name, …` for people. */
export const qualifierNames: readonly string[] = TABLE.map(([[name = '']]) => name);

/** Fields of documents whose words are found by a qualifier → how the index marks them. */
export const wordFields: ReadonlyMap<string, string> = new Map([
  ['seller', 'seller'],
  ['buyer', 'buyer'],
  ['documentNumber', 'number'],
  ['reference', 'reference'],
  ['currency', 'currency'],
  ['email', 'email'],
]);

/** Fields of documents that are found as a whole → how the index marks them. */
export const wholeFields: ReadonlyMap<string, string> = new Map([
  ['iban', 'iban'],
  ['vatId', 'vatid'],
  ['phone', 'phone'],
]);
