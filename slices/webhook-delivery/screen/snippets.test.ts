import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { snippets } from './snippets.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
// Not as it would be written again: what is signed are the bytes.
const body = '{ "type": "test", "data": { "fileName": "Übergröße ☂.pdf", "amount": 1.0 } }';

describe('the receiver in JavaScript', () => {
  it('takes what is signed with its secret, and nothing else', async () => {
    const code = snippets[0].code.replace(
      'process.env.PORT ?? 8080);',
      '0, function () { console.log(this.address().port); });',
    );
    expect(code).not.toBe(snippets[0].code);
    const receiver = spawn(process.execPath, ['--input-type=module', '--eval', code], {
      env: { DOCTRAIL_SECRET: secret },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [port] = (await once(receiver.stdout, 'data')) as [Buffer];
      const now = new Date();
      const send = (signed: string) =>
        fetch(`http://127.0.0.1:${port.toString().trim()}`, {
          method: 'POST',
          body,
          headers: {
            'webhook-id': 'msg_1',
            'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
            'webhook-signature': new Webhook(secret).sign('msg_1', now, signed),
          },
        });
      expect((await send(body)).status).toBe(204);
      expect((await send(`${body} `)).status).toBe(400);
    } finally {
      receiver.kill();
    }
  });
});
