import { StepFailure } from '../../shared/step-failure.ts';

// What inspection refuses; every sentence says what to send instead. All are permanent: the same
// bytes are refused again.

export const emptyFile = (): StepFailure =>
  refusal('empty-file', 'The file is empty (0 bytes). Send it again from its source.');

export const encrypted = (what: string): StepFailure =>
  refusal(
    'encrypted',
    `The ${what} is protected by a password or by digital rights. Save it without protection and send it again.`,
  );

export const corrupt = (what: string, detail?: string): StepFailure =>
  refusal(
    'corrupt',
    `The ${what} is damaged or incomplete. Save it again with its own program and send the new file.`,
    detail,
  );

export const bomb = (what: string, detail: string): StepFailure =>
  refusal(
    'bomb',
    `The ${what} unpacks to far more than its size and is refused for safety. Save it as PDF and send that.`,
    detail,
  );

export const tooManyPages = (pages: number, maxPages: number): StepFailure =>
  refusal(
    'too-many-pages',
    `The document has ${pages} pages, ${maxPages} are allowed. Split it and send the parts.`,
  );

export const imageTooLarge = (width: number, height: number, maxPixels: number): StepFailure =>
  refusal(
    'image-too-large',
    `The image has ${width} × ${height} pixels, ${Math.floor(maxPixels / 1e6)} megapixels are allowed. Send it smaller.`,
  );

/** `what` names the kind, in the plural where `instead` follows; `instead` says what to send. */
export const unsupported = (what: string, instead: string, detail?: string): StepFailure =>
  refusal('unsupported-format', `${what} cannot be read. ${instead}`, detail);

export const ANY_DOCUMENT =
  'Send a PDF, an image, a Word, Excel, PowerPoint or OpenDocument file, RTF, HTML, an e-mail, an XML invoice or text.';

function refusal(code: string, message: string, detail?: string): StepFailure {
  return new StepFailure(code, 'permanent', message, detail === undefined ? {} : { detail });
}
