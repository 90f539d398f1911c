import { copyFile, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { OEM, PSM, createWorker } from 'tesseract.js';
import type { Worker } from 'tesseract.js';
import type { Task } from '../../shared/sandbox/task.ts';
import { recognisePage } from './extractors/ocr.ts';
import type { OcrPage } from './extractors/ocr.ts';

/** One page (counted from 0) of an image file; `languages` as tesseract names them (`eng`, `deu`). */
export interface OcrRequest {
  file: string;
  page: number;
  languages: string[];
}

/** Half the size of the float models and as good (see `@tesseract.js-data`). */
const MODELS = '4.0.0_best_int';
const require = createRequire(import.meta.url);

// Loading the models takes longer than reading a simple page: the engine stays for the next run.
let warm: { key: string; engine: Promise<Worker> } | undefined;

/** Sandbox task (ocr pool): reads one page by OCR, offline. */
const readPage: Task<OcrRequest, OcrPage> = async ({ file, page, languages }, { workDir }) => {
  const key = languages.join('+');
  if (warm?.key !== key) {
    await (await warm?.engine)?.terminate();
    warm = { key, engine: startEngine(languages, join(workDir, 'tessdata')) };
  }
  return recognisePage(await warm.engine, file, page);
};

async function startEngine(languages: string[], folder: string): Promise<Worker> {
  // Each language is a package of its own, and tesseract.js takes one folder.
  await mkdir(folder, { recursive: true });
  for (const language of languages) {
    const name = `${language}.traineddata.gz`;
    const home = dirname(require.resolve(`@tesseract.js-data/${language}/package.json`));
    await copyFile(join(home, MODELS, name), join(folder, name));
  }
  const engine = await createWorker(languages, OEM.LSTM_ONLY, {
    langPath: folder,
    cacheMethod: 'none',
    // Without a handler tesseract.js throws into the event loop; the calls reject as well.
    errorHandler: () => {},
  });
  await engine.setParameters({ tessedit_pageseg_mode: PSM.AUTO });
  return engine;
}

export default readPage;
