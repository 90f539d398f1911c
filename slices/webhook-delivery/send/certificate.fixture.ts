import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

/** A self-signed certificate for a name, as PEM: X.509 (RFC 5280) written by hand, since Node only reads it. */
export function selfSigned(name: string): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const body = certificate(name, publicKey, privateKey).toString('base64');
  return { key, cert: `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n` };
}

const [INTEGER, BIT_STRING, OCTET_STRING, OID, UTF8, TIME] = [2, 3, 4, 6, 12, 23];
const [SEQUENCE, SET, VERSION, DNS_NAME, EXTENSIONS] = [0x30, 0x31, 0xa0, 0x82, 0xa3];

function certificate(name: string, publicKey: KeyObject, privateKey: KeyObject): Buffer {
  const algorithm = der(SEQUENCE, oid('2a8648ce3d040302')); // ecdsa-with-SHA256
  const commonName = der(SEQUENCE, oid('550403'), der(UTF8, name));
  const subject = der(SEQUENCE, der(SET, commonName));
  const alternativeName = der(
    SEQUENCE,
    oid('551d11'),
    der(OCTET_STRING, der(SEQUENCE, der(DNS_NAME, name))),
  );
  const hour = 60 * 60 * 1_000;
  const validity = der(SEQUENCE, time(Date.now() - hour), time(Date.now() + hour));
  const signed = der(
    SEQUENCE,
    der(VERSION, der(INTEGER, Buffer.from([2]))),
    der(INTEGER, Buffer.from([1])),
    algorithm,
    subject,
    validity,
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(EXTENSIONS, der(SEQUENCE, alternativeName)),
  );
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', signed, privateKey)]);
  return der(SEQUENCE, signed, algorithm, der(BIT_STRING, signature));
}

/** Tag, length, value. */
function der(tag: number | undefined, ...values: (Buffer | string)[]): Buffer {
  const value = Buffer.concat(values.map((part) => Buffer.from(part as string)));
  const { length } = value;
  const size =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag ?? 0, ...size]), value]);
}

const oid = (hex: string) => der(OID, Buffer.from(hex, 'hex'));

/** UTCTime: YYMMDDHHMMSSZ. */
const time = (milliseconds: number) =>
  der(TIME, `${new Date(milliseconds).toISOString().slice(2, 19).replace(/[-T:]/g, '')}Z`);
