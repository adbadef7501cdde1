import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A certificate for 127.0.0.1, `names` and `addresses`, all in PEM. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
  /** The certificate of the authority that it is from. */
  readonly ca: string;
}

/** Makes an authority and a certificate from it; its keys are nowhere but here. */
export function makeCertificate({
  names = ['localhost'],
  addresses = [],
}: {
  readonly names?: readonly string[];
  readonly addresses?: readonly string[];
} = {}): TestCertificate {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = { name: 'Test authority', key: authority.privateKey };
  const ofAuthority = extension('551d13', sequence(der(0x01, Buffer.from([0xff]))));
  const alternatives = [
    ...names.map((name) => der(0x82, Buffer.from(name))),
    ...['127.0.0.1', ...addresses].map((address) => der(0x87, Buffer.from(address.split('.').map(Number)))),
  ];
  const ofServer = extension('551d11', sequence(...alternatives));
  return {
    ca: certificate({ name: signer.name, key: authority.publicKey, extension: ofAuthority }, signer),
    cert: certificate({ name: 'Test collector', key: server.publicKey, extension: ofServer }, signer),
    key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** X.509, as far as it is needed, in DER: RFC 5280. */
function certificate(
  subject: { readonly name: string; readonly key: KeyObject; readonly extension: Buffer },
  issuer: { readonly name: string; readonly key: KeyObject },
): string {
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ecdsaWithSha256,
    nameOf(issuer.name),
    sequence(utcTime('200101000000Z'), utcTime('491231235959Z')),
    nameOf(subject.name),
    subject.key.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(subject.extension)),
  );
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', body, issuer.key)]);
  const bytes = sequence(body, ecdsaWithSha256, der(0x03, signature));
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function extension(oid: string, value: Buffer): Buffer {
  return sequence(der(0x06, Buffer.from(oid, 'hex')), der(0x04, value));
}

function nameOf(commonName: string): Buffer {
  return sequence(
    der(0x31, sequence(der(0x06, Buffer.from('550403', 'hex')), der(0x0c, Buffer.from(commonName)))),
  );
}

function utcTime(text: string): Buffer {
  return der(0x17, Buffer.from(text));
}

function integer(bytes: Buffer): Buffer {
  return der(0x02, bytes);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function der(tag: number, value: Buffer): Buffer {
  const { length } = value;
  const short =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...short]), value]);
}

const ecdsaWithSha256 = sequence(der(0x06, Buffer.from('2a8648ce3d040302', 'hex')));
