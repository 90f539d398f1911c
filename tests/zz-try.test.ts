import { test } from 'vitest';
import { startTestApp } from './app.ts';
test('app', async () => {
  const app = await startTestApp({steps: []});
  const c = app.cradle;
  const time = (o: any, name: string) => { const f = o[name]; if(!f) return; o[name] = async (...a: any[]) => { const t=Date.now(); const r = await f.apply(o,a); console.log(name, Object.keys(o).slice(0,3), Date.now()-t); return r; } };
  time(c.queue, 'stop'); time(c.runtime,'stop'); time(c.runtime.bus,'stop'); time(c.sandbox,'close'); time(c.database,'close');
  if (process.env.FETCH) await app.upload({ name: 'a.txt', content: 'Hello there, this is a letter.\nDear Sir, thank you.\n' });
  const t=Date.now();
  await app.stop();
  console.log('all', Date.now()-t);
});
