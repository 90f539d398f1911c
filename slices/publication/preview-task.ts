import { readFile } from 'node:fs/promises';
import type { Sharp } from 'sharp';
import { readImage } from '../../shared/image-file.ts';
import { openImage } from '../../shared/image.ts';
import { openPdf } from '../../shared/pdfium.ts';
import type { Task } from '../../shared/sandbox/task.ts';
import type { Format } from '../text-extraction/format.contract.ts';
import { drawCard } from './preview-card.ts';
import { officeAsPdf } from './preview-office.ts';

export type PreviewRequest =
  | { do: 'page'; file: string; format: Format }
  | { do: 'card'; text: string; type: string };

const WIDTH = 800;
const MAX_HEIGHT = 1200;

/** Sandbox task: the first page as PNG, or null where it cannot be drawn legibly. */
const drawPreview: Task<PreviewRequest, Uint8Array | null> = async (request) => {
  const picture =
    request.do === 'card' ? drawCard(request.text, request.type) : await drawPage(request);
  // Few colours make a page of text a third of the size, and a photo still good enough.
  return picture === null ? null : (await picture).png({ palette: true, effort: 4 }).toBuffer();
};

async function drawPage({
  file,
  format,
}: Extract<PreviewRequest, { do: 'page' }>): Promise<Sharp | null> {
  if (format === 'image') return shrink((await readImage(file)).autoOrient());
  if (format === 'pdf') return drawPdf(await readFile(file));
  const pdf = await officeAsPdf(file, format);
  return pdf === null ? null : drawPdf(pdf);
}

async function drawPdf(bytes: Uint8Array): Promise<Sharp> {
  const pdf = await openPdf(bytes);
  try {
    const size = pdf.pageSize(0);
    const dpi = 72 * Math.min(WIDTH / size.width, MAX_HEIGHT / size.height);
    const { width, height, rgba } = pdf.renderPage(0, { dpi, maxPixels: WIDTH * MAX_HEIGHT });
    return shrink(openImage(rgba, { raw: { width, height, channels: 4 } }));
  } finally {
    pdf.close();
  }
}

function shrink(picture: Sharp): Sharp {
  return picture
    .flatten({ background: '#fff' })
    .resize({ width: WIDTH, height: MAX_HEIGHT, fit: 'inside', withoutEnlargement: true });
}

export default drawPreview;
