import { open } from 'node:fs/promises';
import { listZip, readZipEntry } from '../../inspection/zip.contract.ts';
import { documentProperties } from './properties.ts';
import type { Structured } from './structured.ts';
import { parseXml, select, type XmlElement } from './xml.ts';

/** Where Office Open XML (ECMA-376, part 2) and OpenDocument (1.3, part 3) keep their properties. */
const PARTS = [
  { name: 'docProps/core.xml', title: 'title', author: 'creator', created: 'created' },
  {
    name: 'meta.xml',
    title: 'meta/title',
    author: 'meta/initial-creator|creator',
    created: 'meta/creation-date',
  },
];
const MAX_BYTES = 1024 * 1024;

/** Title, author and day of creation of an Office document; a file that cannot be read says nothing. */
export async function readOfficeData(path: string): Promise<Structured[]> {
  const file = await open(path);
  try {
    const entries = (await listZip(file)) ?? [];
    for (const { name, ...paths } of PARTS) {
      const entry = entries.find((candidate) => candidate.name === name);
      const bytes = entry === undefined ? null : await readZipEntry(file, entry, MAX_BYTES);
      const root = bytes === null ? null : parseXml(bytes);
      if (root === null) continue;
      const { title, author, created } = paths;
      const creationDate = textAt(root, created);
      return [
        documentProperties({
          title: textAt(root, title),
          author: textAt(root, author),
          creationDate,
        }),
      ];
    }
    return [];
  } finally {
    await file.close();
  }
}

function textAt(root: XmlElement, path: string): string {
  return select(root, path)[0]?.text ?? '';
}
