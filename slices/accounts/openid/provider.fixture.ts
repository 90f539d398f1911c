import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Provider } from 'oidc-provider';

/** What the provider tells of somebody, beside what it calls them. */
export interface Person {
  name?: string;
  email?: string;
  email_verified?: boolean;
  groups?: string[];
}

/** A provider of its own, on this machine, where people sign in by their login alone. */
export interface TestProvider {
  /** For a Doctrail whose people sign in there. */
  readonly env: Record<string, string>;
  /** By login, which is also the subject. */
  readonly people: Map<string, Person>;
  /** It hangs up on everybody. */
  isAway: boolean;
  /** Done to every ID token before it is handed out. */
  forge: (idToken: string) => string;
  /** Signs in where a browser was sent to, or cancels (no login), and gives where that leads. */
  signIn(url: string, login: string): Promise<string>;
  stop(): Promise<void>;
}

const form =
  '<!doctype html><title>Acme</title><form method="post"><label>Login <input name="login"></label><button>Go on</button></form>';

export async function startProvider(): Promise<TestProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const test: TestProvider = {
    env: {
      OIDC_ISSUER: issuer,
      OIDC_CLIENT_ID: 'doctrail',
      OIDC_CLIENT_SECRET: 'a secret: of a test',
      OIDC_NAME: 'Acme',
    },
    people: new Map(),
    isAway: false,
    forge: (idToken) => idToken,
    signIn,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const provider = providerAt(issuer, test);
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (test.isAway) request.socket.destroy();
    else if (request.url?.startsWith('/interaction/')) void interact(request, response);
    else void answer(request, response);
  });

  async function interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET')
      return void response.setHeader('content-type', 'text/html').end(form);
    const login = new URLSearchParams(await text(request)).get('login') ?? '';
    const result = login === '' ? { error: 'access_denied' } : { login: { accountId: login } };
    await provider.interactionFinished(request, response, result);
  }

  async function signIn(url: string, login: string): Promise<string> {
    const cookies = new Map<string, string>();
    for (let next = url; ;) {
      const isForm = new URL(next).pathname.startsWith('/interaction/');
      const answer = await fetch(next, {
        redirect: 'manual',
        headers: { cookie: [...cookies.values()].join('; ') },
        ...(isForm ? { method: 'POST', body: new URLSearchParams({ login }) } : {}),
      });
      for (const cookie of answer.headers.getSetCookie())
        cookies.set(cookie.split('=', 1)[0] ?? '', cookie.split(';', 1)[0] ?? '');
      const location = answer.headers.get('location');
      if (location === null) throw new Error(`${answer.status}: ${await answer.text()}`);
      next = new URL(location, next).href;
      if (!next.startsWith(issuer)) return next;
    }
  }

  return test;
}

function providerAt(issuer: string, test: TestProvider): Provider {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'doctrail',
        client_secret: test.env['OIDC_CLIENT_SECRET'] ?? '',
        redirect_uris: ['http://127.0.0.1/sign-in/oidc/callback'],
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig' }] },
    cookies: { keys: ['of a test'] },
    ttl: {
      AccessToken: 60,
      AuthorizationCode: 60,
      Grant: 60,
      IdToken: 60,
      Interaction: 60,
      Session: 60,
    },
    claims: { email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: async () => ({ sub, ...test.people.get(sub) }),
    }),
    // Nobody is asked whether the provider may tell who they are.
    async loadExistingGrant({ oidc }) {
      const accountId = oidc.session?.accountId;
      const clientId = oidc.client?.clientId;
      if (!accountId || !clientId) return undefined;
      const grant = new provider.Grant({ accountId, clientId });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  // Doctrail chooses its port later.
  provider.Client.prototype.redirectUriAllowed = (uri) =>
    /^http:\/\/127\.0\.0\.1:\d+\/sign-in\/oidc\/callback$/.test(uri);
  provider.use(async (context, next) => {
    await next();
    const body = context.body as { id_token?: string } | undefined;
    if (body?.id_token !== undefined) body.id_token = test.forge(body.id_token);
  });
  return provider;
}
