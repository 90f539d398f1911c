import { expect } from 'vitest';
import { sessionCookie } from '../../shared/web/principal.ts';
import type { TestApp } from '../../tests/app.ts';

export const password = 'four words that differ';
export const reason = 'They asked for it.';

export type Fields = Record<string, string>;
let count = 0;

/** People who use an app (with TRUST_PROXY) by its forms, each in a browser of their own. */
export function visitors(theApp: () => TestApp) {
  /** A browser of its own, at an address of its own, with what is in its cookie jar. */
  function browser(cookie = '') {
    count += 1;
    const app = theApp();
    const address = `10.7.0.${count}`;
    const jar = new Map<string, string>();
    if (cookie) jar.set(sessionCookie, cookie.split('=')[1] ?? '');
    async function ask(path: string, fields?: Fields) {
      const answer = await fetch(`${app.url}${path}`, {
        method: fields ? 'POST' : 'GET',
        headers: {
          accept: 'text/html',
          origin: app.url,
          'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
          'x-forwarded-for': address,
          cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
        },
        redirect: 'manual',
        ...(fields ? { body: new URLSearchParams(fields) } : {}),
      });
      for (const line of answer.headers.getSetCookie()) {
        const [name = '', value = ''] = line.split(';', 1)[0]?.split('=') ?? [];
        if (value === '') jar.delete(name);
        else jar.set(name, value);
      }
      return answer;
    }
    const text = async (path: string) => (await ask(path)).text();
    return { ask, text, jar, signedIn: async () => (await ask('/settings')).status === 200 };
  }

  const administrator = async () => browser(await theApp().session());

  /** Invites somebody and gives the way in. */
  async function invite(fields: Partial<Fields> = {}) {
    const admin = await administrator();
    const email = `${crypto.randomUUID()}@example.org`;
    const person = { name: 'Grace Hopper', email, role: 'viewer', ...fields };
    const answer = await admin.ask('/settings/users', person);
    const page = await answer.text();
    const link = /\/sign-in\/[\w-]{43}/.exec(page)?.[0] ?? '';
    const id = /\/settings\/users\/([0-9a-f-]{36})"/.exec(page)?.[1] ?? '';
    return { admin, email: person.email, link, id, page };
  }

  /** Somebody who has set a password, in the browser that did. */
  async function joined(fields: Partial<Fields> = {}) {
    const invited = await invite(fields);
    const own = browser();
    await own.ask(invited.link);
    expect((await own.ask('/settings/password', { password })).status).toBe(303);
    return { ...invited, own };
  }

  async function signIn(email: string, entered = password, from = browser()) {
    const answer = await from.ask('/sign-in', { email, password: entered });
    return { answer, from };
  }

  return { browser, administrator, invite, joined, signIn };
}
