import type { FileTypeResult } from 'file-type';
import { ANY_DOCUMENT, unsupported } from './refusals.ts';

const ARCHIVES = /zip|compress|x-7z|rar|tar|x-xz|zstd|lz4|lzip|lzh|x-ace|cab|archive|x-deb|x-rpm/;
const PROGRAMS = /msdownload|x-elf|mach-binary|java-vm|wasm|x-sh|installer|shockwave|nintendo/;

/** The refusal of a file whose type is known and cannot be read. */
export function unsupportedType({ ext, mime }: FileTypeResult): Error {
  const detail = `${mime} (.${ext})`;
  const refuse = (what: string, instead: string): Error => unsupported(what, instead, detail);
  if (mime.startsWith('image/')) {
    const what = `Images of this kind (${ext.toUpperCase()})`;
    return refuse(what, 'Save the image as JPEG, PNG or PDF and send that.');
  }
  if (/^(audio|video)\//.test(mime)) return refuse('Audio and video files', ANY_DOCUMENT);
  if (ARCHIVES.test(mime)) {
    const what = `Archives (${ext.toUpperCase()})`;
    return refuse(what, 'Unpack the archive and send the documents in it, up to 100 at once.');
  }
  if (PROGRAMS.test(mime)) return refuse('Programs', ANY_DOCUMENT);
  if (/postscript|epub|mobi/.test(mime)) {
    return refuse(`Files of this kind (${ext.toUpperCase()})`, 'Save it as PDF and send that.');
  }
  return refuse(`Files of this kind (${ext.toUpperCase()})`, ANY_DOCUMENT);
}
