// The official SDK library as @eversdk/core wants it, by koffi: the packages that usually carry it load a file from
// their vendor when they are installed, which tests do not.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import fs from 'node:fs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../../../target/foreign');
// Packages installed by scripts/foreign-clients.
export const load = createRequire(path.join(root, 'node/'));
export const images = path.join(root, 'images');

export const TOKEN = 1_000_000_000n;
export const STRANGER = `0:${'51'.repeat(32)}`;
export const GIVER = '0:ece57bcc6c530283becbbd8a3b24d3c5987cdddc3c8b7b33be6e4a6312490415';

export function abiOf(name) {
  return JSON.parse(fs.readFileSync(path.join(images, `${name}.abi.json`), 'utf8'));
}

export function tvcOf(name) {
  return fs.readFileSync(path.join(images, `${name}.tvc`)).toString('base64');
}

export function giverKeys() {
  return JSON.parse(fs.readFileSync(path.join(images, 'seGiver.keys.json'), 'utf8'));
}

/** Writes a fact for the test to check. */
export function report(fact, value) {
  fs.writeSync(1, `${JSON.stringify({ fact, value })}\n`);
}

/** The native library for `TonClient.useBinaryLibrary`. */
export function nativeLibrary() {
  const koffi = load('koffi');
  const python = path.join(root, 'python/lib');
  const version = fs.readdirSync(python).find((name) => name.startsWith('python'));
  const native = koffi.load(path.join(python, version, 'site-packages/tonclient/bin/ton-rust-client.so'));
  const text = koffi.struct('tc_string_data_t', { content: 'const char *', len: 'uint32' });
  const bytes = koffi.struct('tc_answer_t', { content: 'void *', len: 'uint32' });
  const handler = koffi.proto('void tc_response(uint32, tc_answer_t, uint32, bool)');
  const create = native.func('tc_create_context', 'void *', [text]);
  const destroy = native.func('tc_destroy_context', 'void', ['uint32']);
  const request = native.func('tc_request', 'void', ['uint32', text, text, 'uint32', koffi.pointer(handler)]);
  const readString = native.func('tc_read_string', bytes, ['void *']);
  const freeString = native.func('tc_destroy_string', 'void', ['void *']);
  const given = (string) => ({ content: string, len: Buffer.byteLength(string) });
  const taken = (data) => (data.len ? koffi.decode(data.content, 'char', data.len) : '');
  const string = (data) => {
    const value = taken(data);
    return typeof value === 'string' ? value : Buffer.from(value).toString('utf8');
  };
  // Answers on their way do not keep the event loop alive.
  setInterval(() => {}, 1000);
  let respond = () => {};
  // The library calls this on its own threads; koffi hands it over to the event loop.
  const callback = koffi.register((id, params, type, finished) => respond(id, string(params), type, finished), koffi.pointer(handler));
  return {
    getLibName: async () => 'koffi',
    setResponseHandler(next) { respond = next ?? (() => {}); },
    sendRequest: (context, id, name, params) => request(context, given(name), given(params), id, callback),
    destroyContext: (context) => destroy(context),
    async createContext(config) {
      const answer = create(given(config));
      const result = string(readString(answer));
      freeString(answer);
      return result;
    },
  };
}
