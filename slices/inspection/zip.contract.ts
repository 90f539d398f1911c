export { listZip, readZipEntry } from './zip.ts';
