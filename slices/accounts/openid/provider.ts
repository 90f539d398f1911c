import * as client from 'openid-client';
import type { Config } from '../../../shared/config.ts';
import { createSeal } from '../../../shared/seal.ts';
import { Problem, unavailable } from '../../../shared/web/problem.ts';
import { identityOf, type Claims, type Identity } from './entry.ts';

export type OidcConfig = NonNullable<Config['oidc']>;

/** Seconds within which somebody has to come back from the provider. */
export const flowSeconds = 10 * 60;
/** Seconds for which the provider may keep an answer from us. */
const TIMEOUT = 10;

/** What the provider's answer has to fit. */
interface Flow {
  redirectUri: string;
  state: string;
  nonce: string;
  verifier: string;
  /** Milliseconds since 1970. */
  until: number;
}

/** Where people sign in by the authorization code flow (OpenID Connect Core 1.0, 3.1) with PKCE (RFC 7636). */
export interface OpenIdProvider {
  /** What people call it. */
  readonly name: string;
  /** Where to send a browser, and what it has to bring back beside the provider's answer. @throws Problem 503 */
  begin(redirectUri: string): Promise<{ url: string; flow: string }>;
  /**
   * Whom the provider has signed in, by the query of the address that it sent the browser to.
   * @throws Problem 401 for an answer that does not fit, 503 when the provider cannot be asked
   */
  finish(flow: string | undefined, query: string): Promise<Identity>;
}

/** `key`: seals what the browser keeps meanwhile. What the provider says of itself is asked when somebody first signs in, and kept. */
export function createOpenIdProvider(
  config: OidcConfig,
  key: string,
  now = Date.now,
): OpenIdProvider {
  const { name, scopes, roleClaim } = config;
  const seal = createSeal(key, 'doctrail openid connect');
  let known: Promise<client.Configuration> | null = null;

  function discover(): Promise<client.Configuration> {
    known ??= discoverProvider(config).catch((error: unknown) => {
      known = null;
      throw away(name, error);
    });
    return known;
  }

  function opened(flow: string): Flow | null {
    const text = seal.open(flow, 'flow');
    const found = text === null ? null : (JSON.parse(text) as Flow);
    return found && found.until > now() ? found : null;
  }

  return {
    name,
    async begin(redirectUri) {
      const provider = await discover();
      const flow: Flow = {
        redirectUri,
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
        until: now() + flowSeconds * 1_000,
      };
      const url = client.buildAuthorizationUrl(provider, {
        redirect_uri: redirectUri,
        scope: scopes,
        state: flow.state,
        nonce: flow.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(flow.verifier),
        code_challenge_method: 'S256',
      });
      return { url: url.href, flow: seal.seal(JSON.stringify(flow), 'flow') };
    },
    async finish(kept, query) {
      const flow = opened(kept ?? '');
      if (flow === null) throw new Problem(401, 'sign-in-over', OVER);
      const provider = await discover();
      try {
        return identityOf(await claimsOf(provider, flow, query), roleClaim);
      } catch (error) {
        throw problemFor(name, error);
      }
    },
  };
}

function discoverProvider({
  issuer,
  clientId,
  clientSecret,
}: OidcConfig): Promise<client.Configuration> {
  const server = new URL(issuer);
  const authentication = clientSecret === null ? client.None() : provenBy(clientSecret);
  return client.discovery(server, clientId, {}, authentication, {
    timeout: TIMEOUT,
    execute: [
      client.enableNonRepudiationChecks,
      ...(server.protocol === 'http:' ? [client.allowInsecureRequests] : []),
    ],
  });
}

/** In the header, as every provider has to understand it (RFC 6749, 2.3.1), unless it says it does not. */
function provenBy(secret: string): client.ClientAuth {
  const inHeader = client.ClientSecretBasic(secret);
  const inBody = client.ClientSecretPost(secret);
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (methods.includes('client_secret_basic') ? inHeader : inBody)(server, ...rest);
  };
}

/** What the provider tells, in the ID token or, as many do, only where it is asked for more. */
async function claimsOf(
  provider: client.Configuration,
  { redirectUri, state, nonce, verifier }: Flow,
  query: string,
): Promise<Claims> {
  const tokens = await client.authorizationCodeGrant(provider, new URL(query, redirectUri), {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: verifier,
  });
  const claims = tokens.claims();
  if (!claims) throw new Error('An expected nonce makes the library ask for an ID token.');
  if (provider.serverMetadata().userinfo_endpoint === undefined) return claims;
  return { ...(await client.fetchUserInfo(provider, tokens.access_token, claims.sub)), ...claims };
}

const OVER =
  'The sign-in took too long, was finished already, or was begun in another browser. Begin again.';

function problemFor(name: string, error: unknown): Problem {
  if (error instanceof client.AuthorizationResponseError) {
    const words = `You were not signed in at ${name} (${error.error}). Begin again, or sign in another way.`;
    return new Problem(401, 'sign-in-denied', words, { cause: error });
  }
  if (isAway(error)) return away(name, error);
  const words = `What ${name} answered could not be verified. Begin again; if it happens again, tell an administrator.`;
  return new Problem(401, 'sign-in-unverified', words, { cause: error });
}

/** No answer, or one that only a server in trouble gives. */
function isAway(error: unknown): boolean {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  const isInTrouble = cause instanceof Response && cause.status >= 500;
  return error instanceof TypeError || code === 'OAUTH_TIMEOUT' || isInTrouble;
}

const away = (name: string, cause: unknown): Problem =>
  unavailable(
    `You cannot sign in with ${name} now: it does not answer as it should. Try again in a moment, or sign in another way.`,
    5,
    cause,
  );
