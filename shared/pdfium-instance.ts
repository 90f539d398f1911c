import { init } from '@embedpdf/pdfium';
import type { WrappedPdfiumModule } from '@embedpdf/pdfium';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { StepFailure } from './step-failure.ts';

/** pdfium's C functions, in a wasm instance of their own. */
export type Pdfium = WrappedPdfiumModule;

/** The emscripten members in use; the package's own types for them need `@types/emscripten`. */
interface Heap {
  HEAPU8: Uint8Array;
  wasmExports: { malloc(bytes: number): number; free(pointer: number): void };
  addFunction(callback: (...numbers: number[]) => number, signature: string): number;
  removeFunction(pointer: number): void;
}

// A wasm memory never shrinks: an instance that grew beyond this is left to the garbage collector.
const KEEP_HEAP_BYTES = 256 * 1024 * 1024;
const OUT_OF_MEMORY_HEAP_BYTES = 1024 * 1024 * 1024;

let instance: Promise<Pdfium> | undefined;

/** The warm instance; about 30 ms the first time. */
export function warmPdfium(): Promise<Pdfium> {
  instance ??= start();
  return instance;
}

async function start(): Promise<Pdfium> {
  const wasmBinary = await readFile(new URL(import.meta.resolve('@embedpdf/pdfium/pdfium.wasm')));
  const pdfium = await init({ wasmBinary, print: () => {}, printErr: () => {} });
  pdfium.PDFiumExt_Init();
  return pdfium;
}

/** Lets go of an instance that a large document has blown up; call it when a document is closed. */
export function trimPdfium(pdfium: Pdfium): void {
  if (heap(pdfium).HEAPU8.length > KEEP_HEAP_BYTES) instance = undefined;
}

/** Tidies up in an instance that may have trapped, of which nothing more can be expected. */
export function quietly(work: () => void): void {
  try {
    work();
  } catch {
    instance = undefined;
  }
}

/**
 * Runs calls into wasm. An instance that trapped cannot be used again: the next PDF gets a new one,
 * and nothing needs to be freed in the old one, so there is no `finally` around calls. Throws `StepFailure` `parser-out-of-memory` or `corrupt` for a trap, both permanent: wasm is
 * deterministic, the same bytes trap again.
 */
export function guarded<T>(pdfium: Pdfium, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof StepFailure) throw error;
    instance = undefined;
    throw trap(error, heap(pdfium).HEAPU8.length);
  }
}

function trap(error: unknown, heapBytes: number): StepFailure {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const options = { detail, cause: error };
  if (heapBytes > OUT_OF_MEMORY_HEAP_BYTES || /out of memory|OOM|enlarge memory/i.test(detail)) {
    return new StepFailure(
      'parser-out-of-memory',
      'permanent',
      'Reading the PDF needs more memory than is allowed. Split it or shrink its images and send it again.',
      options,
    );
  }
  return new StepFailure(
    'corrupt',
    'permanent',
    'The PDF is damaged: reading it stops half way. Export it again and send the new file.',
    options,
  );
}

/** Hands `use` the address of `bytes` bytes of wasm memory that live as long as it runs. */
export function withBuffer<T>(pdfium: Pdfium, bytes: number, use: (address: number) => T): T {
  const address = allocate(pdfium, bytes);
  const result = use(address);
  free(pdfium, address);
  return result;
}

function allocate(pdfium: Pdfium, bytes: number): number {
  const address = heap(pdfium).wasmExports.malloc(Math.max(1, bytes));
  if (address === 0) throw new WebAssembly.RuntimeError(`out of memory: ${bytes} bytes asked for`);
  return address;
}

function free(pdfium: Pdfium, address: number): void {
  heap(pdfium).wasmExports.free(address);
}

/** A copy into wasm memory; `free` it. */
function copyIn(pdfium: Pdfium, bytes: Uint8Array): number {
  const address = allocate(pdfium, bytes.length);
  heap(pdfium).HEAPU8.set(bytes, address);
  return address;
}

/** What pdfium reads a document from, as long as that is open; `release()` it afterwards. */
export interface Source {
  load(): number;
  release(): void;
}

export function bytesSource(pdfium: Pdfium, bytes: Uint8Array): Source {
  const address = copyIn(pdfium, bytes);
  return {
    load: () => pdfium.FPDF_LoadMemDocument(address, bytes.length, ''),
    release: () => quietly(() => free(pdfium, address)),
  };
}

/** pdfium asks for the pieces it needs: a document of gigabytes takes no more memory than its pages. */
export function fileSource(pdfium: Pdfium, path: string): Source {
  const file = openSync(path, 'r');
  const read = (_: number, position = 0, address = 0, length = 0): number => {
    try {
      const target = heap(pdfium).HEAPU8;
      const bytes = readSync(file, target, address >>> 0, length >>> 0, position >>> 0);
      return bytes === length >>> 0 ? 1 : 0;
    } catch {
      return 0;
    }
  };
  const callback = heap(pdfium).addFunction(read, 'iiiii');
  // FPDF_FILEACCESS of fpdfview.h: length, function, parameter.
  const access = new Uint32Array([fstatSync(file).size, callback, 0]);
  const address = copyIn(pdfium, new Uint8Array(access.buffer));
  return {
    load: () => pdfium.FPDF_LoadCustomDocument(address, ''),
    release() {
      closeSync(file);
      quietly(() => heap(pdfium).removeFunction(callback));
      quietly(() => free(pdfium, address));
    },
  };
}

/** A copy out of wasm memory, which any later call may move. */
export function copyOut(pdfium: Pdfium, address: number, bytes: number): Uint8Array {
  return heap(pdfium).HEAPU8.slice(address, address + bytes);
}

function heap(pdfium: Pdfium): Heap {
  return pdfium.pdfium as unknown as Heap;
}
