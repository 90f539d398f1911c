import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskSecrets, safeReturnPath, signInUrl } from './navigation.ts';

describe('where somebody is sent after signing in', () => {
  it.each([
    ['/', '/'],
    ['/documents/1?tab=text#page', '/documents/1?tab=text#page'],
    ['/a/../b', '/b'],
    ['/?q=https://elsewhere.example', '/?q=https://elsewhere.example'],
  ])('%s stays %s', (value, path) => {
    expect(safeReturnPath(value)).toBe(path);
  });

  it.each([
    'https://elsewhere.example/',
    '//elsewhere.example',
    '/\\elsewhere.example',
    '/\t/elsewhere.example',
    '/\n//elsewhere.example',
    '/.//elsewhere.example',
    '/a/..//elsewhere.example',
    'javascript:alert(1)',
    'elsewhere.example',
    '',
    '/sign-in',
    '/sign-in/secret',
    '/sign-out',
    undefined,
    ['/'],
    `/${'a'.repeat(3_000)}`,
  ])('%j leads nowhere', (value) => {
    expect(safeReturnPath(value)).toBeUndefined();
  });

  it('never leaves the server, whatever is asked for', () => {
    const parts = constantFrom('/', '\\', '.', '..', '@', ':', '\t', '\n', 'http', 'evil.example');
    assert(
      property(array(parts, { maxLength: 8 }), (value) => {
        const path = safeReturnPath(value.join('')) ?? '/';
        expect(new URL(path, 'https://own.example').origin).toBe('https://own.example');
      }),
      { numRuns: 2_000 },
    );
  });

  it('is remembered in the address of the sign-in page, the board excepted', () => {
    expect(signInUrl('/documents/1?a=b')).toBe('/sign-in?return=%2Fdocuments%2F1%3Fa%3Db');
    expect(signInUrl('/')).toBe('/sign-in');
    expect(signInUrl('//elsewhere.example')).toBe('/sign-in');
  });
});

it('keeps the secret of a sign-in link out of logs and answers', () => {
  expect(maskSecrets('/sign-in/abc?return=/x')).toBe('/sign-in/…?return=/x');
  expect(maskSecrets('/documents/abc')).toBe('/documents/abc');
});
