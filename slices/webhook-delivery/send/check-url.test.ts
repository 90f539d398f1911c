import { describe, expect, it } from 'vitest';
import { refuseUrl } from './check-url.ts';

const networks = ['10.0.0.0/8'];

describe('the URL of an endpoint', () => {
  it.each([
    'https://example.org',
    'https://example.org:8443/hooks?token=a%20b',
    'HTTPS://EXAMPLE.org/a@b',
    'https://bücher.example/hooks',
    'https://93.184.216.34/',
    'https://[2606:4700::1111]/',
    `https://example.org/${'x'.repeat(1_980)}`,
  ])('may be %s', (url) => expect(refuseUrl(url, [])).toBeNull());

  it.each([
    ['', 'This is no URL that webhooks can be sent to. Use a whole one, such as'],
    ['example.org/hooks', 'This is no URL'],
    ['ftp://example.org/', 'This is no URL'],
    ['javascript:alert(1)', 'This is no URL'],
    ['https:example.org', 'This is no URL'],
    ['https://', 'This is no URL'],
    ['https:///hooks', 'This is no URL'],
    ['https:\\\\example.org', 'This is no URL'],
    ['https://exa<mple.org/', 'This is no URL'],
    ['https://example.org:99999/', 'This is no URL'],
    ['https://me@example.org/', 'The URL contains a user name or password.'],
    ['https://me:secret@example.org/', 'The URL contains a user name or password.'],
    ['https://:secret@example.org/', 'The URL contains a user name or password.'],
    ['https://@example.org/', 'The URL contains a user name or password.'],
    ['https://example.org/#', 'The URL has a fragment, which is never sent.'],
    ['https://example.org/#part', 'The URL has a fragment, which is never sent.'],
    [' https://example.org/', 'The URL contains a space or a control character.'],
    ['https://example.org/a b', 'The URL contains a space or a control character.'],
    ['https://exam\tple.org/', 'The URL contains a space or a control character.'],
    [`https://example.org/${'x'.repeat(1_981)}`, 'The URL has 2001 characters. Use one of at most'],
    ['http://example.org/', 'The URL is not encrypted. Use https, or name the network'],
    ['http://93.184.216.34/', 'http is not allowed to 93.184.216.34.'],
    ['https://10.0.0.1/', '10.0.0.1 is a private address'],
    ['https://0x7f.1/', '127.0.0.1 is a loopback address'],
    ['https://[::1]/', '::1 is a loopback address'],
    ['https://[::ffff:10.0.0.1]/', '::ffff:a00:1 is an IPv4-mapped address'],
  ])('is refused when it is "%s"', (url, sentence) =>
    expect(refuseUrl(url, [])).toContain(sentence),
  );

  it.each(['http://internal.example/', 'http://10.0.0.1:8080/', 'https://10.0.0.1/'])(
    'may be %s where networks are allowed',
    (url) => expect(refuseUrl(url, networks)).toBeNull(),
  );

  it('is refused where other networks are allowed than that of its address', () =>
    expect(refuseUrl('http://192.168.0.1/', networks)).toContain('a private address'));
});
