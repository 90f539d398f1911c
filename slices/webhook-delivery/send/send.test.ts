import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createSocketServer, type Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it } from 'vitest';
import { selfSigned } from './certificate.fixture.ts';
import type { Lookup } from './guarded-lookup.ts';
import { listen, rudeReceiver, type Receiver } from './receivers.fixture.ts';
import { createSender, type Message } from './send.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const oldSecret = `whsec_${Buffer.alloc(24, 8).toString('base64')}`;
const body = Buffer.from(JSON.stringify({ type: 'document.completed', data: { name: 'Übung' } }));
const loopback = ['127.0.0.0/8'];
const forever = new AbortController().signal;

const receivers: Receiver[] = [];
afterEach(async () => {
  await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
});

async function using(starting: Promise<Receiver>): Promise<Receiver> {
  const receiver = await starting;
  receivers.push(receiver);
  return receiver;
}

const local = (receiver: Receiver) => `http://127.0.0.1:${receiver.port}/hooks?a=b`;
const message = (url: string, changes: Partial<Message> = {}): Message => ({
  url,
  id: 'msg_1',
  timestamp: new Date(),
  body,
  secrets: [secret],
  signal: forever,
  ...changes,
});

interface Request {
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** An http receiver that answers with `answer`, and what it got. */
async function receiving(answer: (response: ServerResponse) => void) {
  const requests: Request[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { url = '', headers } = request;
      requests.push({ url, headers, body: Buffer.concat(chunks) });
      answer(response);
    });
  });
  return { requests, receiver: await using(listen(server)) };
}

const ok = (response: ServerResponse) => response.end('thanks');
const send = createSender({ allowedNetworks: loopback });
const impatient = createSender({ allowedNetworks: loopback, timeoutMs: 300 });

/** Answers a name with one list of addresses after the other. */
const answering = (...answers: string[][]): Lookup => {
  const left = [...answers];
  return async () => (left.shift() ?? []).map((address) => ({ address }));
};

describe('a message', () => {
  it('arrives with the headers of Standard Webhooks and its own bytes', async () => {
    const { requests, receiver } = await receiving(ok);
    const timestamp = new Date(Math.floor(Date.now() / 1_000) * 1_000 + 999);
    const result = await send(message(local(receiver), { timestamp }));
    expect(result).toMatchObject({ status: 200, error: null, retryAfterMs: null });
    expect(result.response.toString()).toBe('thanks');
    expect(requests).toHaveLength(1);
    expect(requests[0]?.url).toBe('/hooks?a=b');
    expect(requests[0]?.body).toEqual(body);
    expect(requests[0]?.headers).toEqual({
      'content-type': 'application/json',
      'content-length': String(body.length),
      'user-agent': 'Doctrail',
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(timestamp.getTime() / 1_000)),
      'webhook-signature': new Webhook(secret).sign('msg_1', timestamp, body),
      host: `127.0.0.1:${receiver.port}`,
      connection: 'close',
    });
  });

  it('is signed by each secret, as the public package verifies', async () => {
    const { requests, receiver } = await receiving(ok);
    await send(message(local(receiver), { secrets: [secret, oldSecret] }));
    const [request] = requests;
    const headers = request?.headers as Record<string, string>;
    for (const known of [secret, oldSecret]) {
      expect(new Webhook(known).verify(request?.body ?? '', headers)).toMatchObject({
        data: { name: 'Übung' },
      });
    }
    const other = new Webhook(Buffer.alloc(32, 9).toString('base64'));
    expect(() => other.verify(request?.body ?? '', headers)).toThrow('No matching signature');
    expect(headers['webhook-signature']).toMatch(/^v1,\S{44} v1,\S{44}$/);
  });

  it('has a connection of its own, which is closed', async () => {
    const { receiver } = await receiving(ok);
    await send(message(local(receiver)));
    await send(message(local(receiver)));
    expect(receiver.connections()).toBe(2);
    await expect.poll(receiver.open).toBe(0);
  });

  it('goes to an address of IPv6, too', async () => {
    const server = createServer((request, response) => response.end(request.headers.host));
    const receiver = await using(listen(server, '::1'));
    const sendToIpv6 = createSender({ allowedNetworks: ['::1'] });
    const { response } = await sendToIpv6(message(`http://[::1]:${receiver.port}/`));
    expect(response.toString()).toBe(`[::1]:${receiver.port}`);
  });

  it('is not sent when the signal is aborted, and says why by throwing', async () => {
    const { receiver } = await receiving(ok);
    const signal = AbortSignal.abort(new Error('shutting down'));
    await expect(send(message(local(receiver), { signal }))).rejects.toThrow('shutting down');
    expect(receiver.connections()).toBe(0);
  });

  it('that is under way when the signal is aborted throws', async () => {
    const abort = new AbortController();
    const receiver = await using(rudeReceiver(() => abort.abort(new Error('shutting down'))));
    const sent = send(message(local(receiver), { signal: abort.signal }));
    await expect(sent).rejects.toThrow('shutting down');
    await expect.poll(receiver.open).toBe(0);
  });

  it.each([
    ['ftp://127.0.0.1/', secret],
    ['nonsense', secret],
    ['http://127.0.0.1/', 'whsec_?'],
  ])('to %s with the secret %s is a bug of the caller', (url, secret) =>
    expect(send(message(url, { secrets: [secret] }))).rejects.toThrow(Error),
  );
});

describe('an answer', () => {
  it.each([204, 302, 400, 410, 500])('of %i is told as it is', async (status) => {
    const { receiver } = await receiving((response) => response.writeHead(status).end());
    expect(await send(message(local(receiver)))).toMatchObject({ status, error: null });
  });

  it('that is a redirect is not followed', async () => {
    const elsewhere = await receiving(ok);
    const { receiver } = await receiving((response) =>
      response.writeHead(307, { location: local(elsewhere.receiver) }).end(),
    );
    expect(await send(message(local(receiver)))).toMatchObject({ status: 307, error: null });
    expect(elsewhere.receiver.connections()).toBe(0);
  });

  it('is kept up to 20 kB', async () => {
    const { receiver } = await receiving((response) => response.end(Buffer.alloc(100_000, 'x')));
    const { error, response } = await send(message(local(receiver)));
    expect(error).toBeNull();
    expect(response).toEqual(Buffer.alloc(20_000, 'x'));
  });

  it.each([
    [503, '120', 120_000],
    [429, '0', 0],
    [500, '120', null],
    [429, 'soon', null],
  ])('of %i with Retry-After "%s" asks for %s ms', async (status, header, retryAfterMs) => {
    const { receiver } = await receiving((response) =>
      response.writeHead(status, { 'retry-after': header }).end(),
    );
    expect(await send(message(local(receiver)))).toMatchObject({ status, retryAfterMs });
  });
});

describe('a receiver', () => {
  const write = (text: string) => (socket: Socket) => void socket.write(text);
  const end = (text: string) => (socket: Socket) => void socket.end(text);
  const head = 'HTTP/1.1 200 OK\r\n';
  const drip = (first: string, drop: string) => (socket: Socket) => {
    socket.write(first);
    const timer = setInterval(() => socket.write(drop), 20);
    socket.once('close', () => clearInterval(timer));
  };
  const flood = (socket: Socket) => {
    const chunk = 'x'.repeat(65_536);
    const pour = () => {
      while (socket.writable && socket.write(chunk));
    };
    socket.on('drain', pour).write(`${head}\r\n`);
    pour();
  };

  const slow: [
    what: string,
    behave: (socket: Socket) => void,
    status: number | null,
    end: string,
  ][] = [
    ['never answers', () => undefined, null, 'did not answer within 0.3 s.'],
    ['stops in its headers', write(head), null, 'did not answer within 0.3 s.'],
    ['drips its headers', drip(head, 'a: b\r\n'), null, 'did not answer within 0.3 s.'],
    ['says 100 for ever', drip('', 'HTTP/1.1 100 Continue\r\n\r\n'), null, 'answer within 0.3 s.'],
    ['stops in its body', write(`${head}\r\nx`), 200, 'was not complete within 0.3 s.'],
    ['drips its body', drip(`${head}\r\n`, 'x'), 200, 'was not complete within 0.3 s.'],
    [
      'drips its chunks',
      drip(`${head}transfer-encoding: chunked\r\n\r\n`, '1\r\nx\r\n'),
      200,
      'was not complete within 0.3 s.',
    ],
  ];
  it.each(slow)('that %s ends with the deadline', async (_what, behave, status, sentence) => {
    const receiver = await using(rudeReceiver(behave));
    const result = await impatient(message(local(receiver)));
    expect(result).toMatchObject({ status, error: expect.stringContaining(sentence) });
    expect(result.durationMs).toBeGreaterThanOrEqual(299);
    expect(result.durationMs).toBeLessThan(3_000);
    await expect.poll(receiver.open).toBe(0);
  });

  const rude: [
    what: string,
    behave: (socket: Socket) => void,
    status: number | null,
    end: string,
  ][] = [
    ['closes', end(''), null, 'closed the connection without an answer (ECONNRESET).'],
    ['resets', (socket) => void socket.resetAndDestroy(), null, 'without an answer (ECONNRESET).'],
    ['writes garbage', end('\0\x16 what?\r\n\r\n'), null, 'is not HTTP (HPE_INVALID_CONSTANT).'],
    [
      'sends 20 kB of headers',
      end(`${head}a: ${'b'.repeat(20_000)}\r\n\r\n`),
      null,
      'answered with too many headers (HPE_HEADER_OVERFLOW).',
    ],
    [
      'switches protocols',
      write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
      null,
      'closed the connection without an answer.',
    ],
    [
      'breaks off in its body',
      end(`${head}content-length: 9\r\n\r\nx`),
      200,
      'broke off (ECONNRESET).',
    ],
    ['sends without end', flood, 200, 'was cut off: it has more than 1000000 bytes.'],
  ];
  it.each(rude)('that %s is told in a sentence', async (_what, behave, status, sentence) => {
    const receiver = await using(rudeReceiver(behave));
    const result = await send(message(local(receiver)));
    expect(result).toMatchObject({ status, error: expect.stringContaining(sentence) });
    expect(result.response.length).toBeLessThanOrEqual(20_000);
    await expect.poll(receiver.open).toBe(0);
  });

  it('that answers before it has read everything is left at once', async () => {
    const held: Socket[] = [];
    const server = createSocketServer({ pauseOnConnect: true }, (socket) => {
      held.push(socket);
      socket.write('HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\n\r\n');
    });
    const receiver = await using(listen(server));
    // More than the kernel's buffers take.
    const large = Buffer.alloc(24_000_000, 'x');
    const result = await send(message(local(receiver), { body: large }));
    expect(result).toMatchObject({ status: 413, error: null });
    let read = 0;
    held[0]?.on('data', (chunk) => (read += chunk.length)).resume();
    await expect.poll(receiver.open).toBe(0);
    expect(read).toBeLessThan(large.length);
  });

  it('that nobody is there for is told', async () => {
    const receiver = await listen(createSocketServer());
    await receiver.close();
    expect(await send(message(local(receiver)))).toMatchObject({
      status: null,
      error: `Nothing listens at 127.0.0.1:${receiver.port} (ECONNREFUSED).`,
    });
  });

  it('whose name nobody knows is told', async () => {
    const lookup: Lookup = () =>
      Promise.reject(Object.assign(new Error('unknown'), { code: 'ENOTFOUND' }));
    const unknown = createSender({ allowedNetworks: loopback, lookup });
    expect(await unknown(message('https://gone.example/'))).toMatchObject({
      error: 'The name gone.example is unknown (ENOTFOUND).',
    });
  });

  it('whose name is never looked up ends with the deadline', async () => {
    const lookup: Lookup = () => new Promise(() => undefined);
    const waiting = createSender({ allowedNetworks: loopback, timeoutMs: 200, lookup });
    expect(await waiting(message('https://slow.example/'))).toMatchObject({
      error: 'No connection to slow.example within 0.2 s.',
    });
  });
});

describe('TLS', () => {
  const trusted = getCACertificates('default');
  afterEach(() => setDefaultCACertificates(trusted));

  async function secureReceiver() {
    const { key, cert } = selfSigned('receiver.example');
    const server = createTlsServer({ key, cert }, (_request, response) => response.end('safe'));
    return { cert, receiver: await using(listen(server)) };
  }
  const there = createSender({
    allowedNetworks: loopback,
    timeoutMs: 2_000,
    lookup: async () => [{ address: '127.0.0.1' }],
  });

  it('is spoken with a receiver whose certificate is trusted', async () => {
    const { cert, receiver } = await secureReceiver();
    setDefaultCACertificates([...trusted, cert]);
    const result = await there(message(`https://receiver.example:${receiver.port}/`));
    expect(result).toMatchObject({ status: 200, error: null });
    expect(result.response.toString()).toBe('safe');
  });

  it('refuses a certificate of nobody, whatever the environment says', async () => {
    const { receiver } = await secureReceiver();
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      expect(await there(message(`https://receiver.example:${receiver.port}/`))).toMatchObject({
        status: null,
        error: `No TLS connection to receiver.example:${receiver.port}: self-signed certificate (DEPTH_ZERO_SELF_SIGNED_CERT). Its certificate must be valid for the host in the URL, and of an authority that Node.js trusts.`,
      });
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
  });

  it('refuses the certificate of another name', async () => {
    const { cert, receiver } = await secureReceiver();
    setDefaultCACertificates([...trusted, cert]);
    expect(await there(message(`https://other.example:${receiver.port}/`))).toMatchObject({
      status: null,
      error: expect.stringMatching(/^No TLS connection to .*\(ERR_TLS_CERT_ALTNAME_INVALID\)/),
    });
  });

  it('is missing where a receiver speaks plain http', async () => {
    const { receiver } = await receiving(ok);
    expect(await there(message(`https://receiver.example:${receiver.port}/`))).toMatchObject({
      status: null,
      error: `No TLS connection to receiver.example:${receiver.port}: wrong version number (EPROTO). Check that it speaks TLS at that port.`,
    });
  });

  it('that is never agreed on ends with the deadline', async () => {
    const receiver = await using(listen(createSocketServer()));
    const hasty = createSender({ allowedNetworks: loopback, timeoutMs: 200 });
    expect(await hasty(message(`https://127.0.0.1:${receiver.port}/`))).toMatchObject({
      error: `No TLS connection to 127.0.0.1:${receiver.port} within 0.2 s.`,
    });
  });
});

describe('an address', () => {
  const url = (receiver: Receiver) => `http://moving.example:${receiver.port}/`;

  it('that a name changes to between two attempts is refused when it is private', async () => {
    const { receiver } = await receiving(ok);
    const lookup = answering(['127.0.0.1'], ['127.0.0.2']);
    const sender = createSender({ allowedNetworks: ['127.0.0.1'], lookup });
    expect(await sender(message(url(receiver)))).toMatchObject({ status: 200 });
    expect(await sender(message(url(receiver)))).toMatchObject({
      status: null,
      error: `Not sent to moving.example: 127.0.0.2 is a loopback address, which webhooks may not reach. Use a public one, or name its network in WEBHOOK_ALLOWED_NETWORKS.`,
    });
    expect(receiver.connections()).toBe(1);
  });

  it('is asked for once an attempt: the one that was checked is connected to', async () => {
    const { receiver } = await receiving(ok);
    const asked: string[] = [];
    const lookup: Lookup = async (hostname) => {
      asked.push(hostname);
      return [{ address: '127.0.0.1' }];
    };
    await createSender({ allowedNetworks: loopback, lookup })(message(url(receiver)));
    expect(asked).toEqual(['moving.example']);
  });

  it('is asked for once by attempts at the same moment, and anew by later ones', async () => {
    const { receiver } = await receiving(ok);
    let asked = 0;
    const lookup: Lookup = async () => {
      asked += 1;
      if (asked > 1) throw new Error('no more');
      return [{ address: '127.0.0.1' }];
    };
    const sender = createSender({ allowedNetworks: loopback, lookup });
    const sent = await Promise.all([1, 2, 3].map(() => sender(message(url(receiver)))));
    expect(sent.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(asked).toBe(1);
    const [first, second] = await Promise.all([1, 2].map(() => sender(message(url(receiver)))));
    expect([first?.status, second?.status, asked]).toEqual([null, null, 2]);
  });

  it('that is refused is left out of several', async () => {
    const { receiver } = await receiving(ok);
    const refused = await using(listen(createSocketServer(), '::1'));
    const lookup: Lookup = async () => [{ address: '::1' }, { address: '127.0.0.1' }];
    const sender = createSender({ allowedNetworks: ['127.0.0.1'], lookup });
    expect(await sender(message(url(receiver)))).toMatchObject({ status: 200 });
    expect(await sender(message(url(refused)))).toMatchObject({ status: null });
    expect(refused.connections()).toBe(0);
  });

  it('that nobody listens at gives way to the next one', async () => {
    const { receiver } = await receiving(ok);
    const sender = createSender({
      allowedNetworks: loopback,
      lookup: answering(['127.0.0.3', '127.0.0.1']),
    });
    expect(await sender(message(url(receiver)))).toMatchObject({ status: 200, error: null });
  });

  it.each([
    'http://127.0.0.1',
    'http://2130706433',
    'http://0x7f.1',
    'http://0177.0.0.1',
    'http://127.1',
    'http://[::1]',
    'http://[::ffff:127.0.0.1]',
    'http://[::ffff:7f00:1]',
    'http://[64:ff9b::7f00:1]',
    'http://localhost',
    'https://127.0.0.1',
    'https://[::ffff:127.0.0.1]',
  ])('in the URL %s is refused like any other', async (origin) => {
    const { receiver } = await receiving(ok);
    const nowhere = createSender({ allowedNetworks: [] });
    expect(await nowhere(message(`${origin}:${receiver.port}/`))).toMatchObject({
      status: null,
      error: expect.stringMatching(/^Not sent.* address, which webhooks may not reach/),
    });
    expect(receiver.connections()).toBe(0);
  });

  it('that is public is not sent to by http, when the name is looked up either', async () => {
    const sender = createSender({ allowedNetworks: loopback, lookup: answering(['192.0.78.9']) });
    expect(await sender(message('http://public.example/'))).toMatchObject({
      status: null,
      error: expect.stringContaining('http is not allowed to 192.0.78.9.'),
    });
  });

  it('that is none is refused', async () => {
    const sender = createSender({ allowedNetworks: loopback, lookup: answering(['nonsense'], []) });
    expect(await sender(message('https://odd.example/'))).toMatchObject({
      error: 'Not sent to odd.example: "nonsense" is no address.',
    });
    expect(await sender(message('https://odd.example/'))).toMatchObject({
      error: 'The name odd.example has no address. Check the URL.',
    });
  });
});
