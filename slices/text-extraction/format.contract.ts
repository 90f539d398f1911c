/** The formats whose text can be extracted; which one a file has is decided by its content. */
export const FORMATS = [
  'pdf',
  'image',
  'docx',
  'xlsx',
  'pptx',
  'odt',
  'ods',
  'odp',
  'rtf',
  'html',
  'email',
  'text',
  'markdown',
  'csv',
  'invoice-xml',
] as const;

export type Format = (typeof FORMATS)[number];
