import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import packed, { inflate } from '@sparticuz/chromium';

/** A Chromium to start, and what it needs in its environment. */
export interface Chromium {
  executablePath: string;
  env: Record<string, string>;
}

const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url));
const pack = join(modules, '@sparticuz/chromium/');

/**
 * The machine's own Chromium where there is one (CHROMIUM_PATH, or /usr/bin/chromium), else the one
 * of the npm package, which is for Linux on x64.
 */
export async function findChromium(): Promise<Chromium> {
  const own = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
  if (existsSync(own)) return { executablePath: own, env: {} };
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      'The browser tests bring a Chromium for Linux on x64 only. Set CHROMIUM_PATH to one of this machine.',
    );
  }
  return unpacked();
}

/**
 * Unpacked once an installation, about three seconds. Test files run side by side, so each unpacks
 * into a folder of its own, and the first to be ready gives it its name.
 */
async function unpacked(): Promise<Chromium> {
  const { version } = JSON.parse(await readFile(join(pack, 'package.json'), 'utf8')) as {
    version: string;
  };
  const folder = join(modules, `.chromium-${version}`);
  if (!existsSync(folder)) {
    const staging = await mkdtemp(`${folder}-`);
    await unpackInto(staging);
    await writeFile(join(staging, 'fonts.conf'), onlyTheseFonts);
    await rename(staging, folder).catch(() => rm(staging, { recursive: true }));
  }
  // A bare machine has neither these libraries nor any font; with them pages look the same everywhere.
  return {
    executablePath: join(folder, 'chromium'),
    env: {
      LD_LIBRARY_PATH: join(folder, 'al2023/lib'),
      FONTCONFIG_FILE: join(folder, 'fonts.conf'),
    },
  };
}

/** The package knows no other place than the folder for temporary files, which it asks for at once. */
async function unpackInto(folder: string): Promise<void> {
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  const done = Promise.all([packed.executablePath(), inflate(join(pack, 'bin/al2023.tar.br'))]);
  if (before === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = before;
  await done;
}

const onlyTheseFonts = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir></fontconfig>
`;
