// Checks a sealed Habeas dossier in a browser: the same answers as verify.py, from the same rules, without any request.
// files: Map of path inside the bag -> Uint8Array. What it does not answer: whether anything in it is true.
"use strict";
const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (a, m = P) => ((a % m) + m) % m;
function power(base, exponent) {
  let result = 1n;
  for (let b = mod(base), e = exponent; e > 0n; e >>= 1n, b = (b * b) % P) if (e & 1n) result = (result * b) % P;
  return result;
}
const D = mod(-121665n * power(121666n, P - 2n));
const ROOT = power(2n, (P - 1n) / 4n);
const point = (x, y) => ({ x, y, z: 1n, t: mod(x * y) });
const NEUTRAL = { x: 0n, y: 1n, z: 1n, t: 0n };
const BASE = point(15112221349535400772501151409588531511454012693041857206046113283949847762202n, mod(4n * power(5n, P - 2n)));
function add(p, q) {
  const a = mod((p.y - p.x) * (q.y - q.x)), b = mod((p.y + p.x) * (q.y + q.x));
  const c = mod(2n * p.t * q.t * D), d = mod(2n * p.z * q.z);
  const e = b - a, f = d - c, g = d + c, h = b + a;
  return { x: mod(e * f), y: mod(g * h), z: mod(f * g), t: mod(e * h) };
}
function multiply(scalar, p) {
  let total = NEUTRAL;
  for (const bit of scalar.toString(2)) { total = add(total, total); if (bit === "1") total = add(total, p); }
  return total;
}
const equal = (p, q) => mod(p.x * q.z - q.x * p.z) === 0n && mod(p.y * q.z - q.y * p.z) === 0n;
const little = (bytes) => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
function decode(bytes) {  // RFC 8032, 5.1.3; null if not canonical, not on the curve, or of small order
  const number = little(bytes), y = number & (2n ** 255n - 1n), odd = number >> 255n;
  const u = mod(y * y - 1n), v = mod(D * y * y + 1n);
  let x = mod(u * power(v, 3n) * power(u * power(v, 7n), (P - 5n) / 8n));
  if (mod(v * x * x - u)) x = mod(x * ROOT);
  if (y >= P || mod(v * x * x - u) || (x === 0n && odd)) return null;
  if ((x & 1n) !== odd) x = P - x;
  const found = point(x, y);
  return equal(multiply(8n, found), NEUTRAL) ? null : found;
}
const join = (...parts) => { const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0)); let at = 0; for (const p of parts) { out.set(p, at); at += p.length; } return out; };
const hex = (bytes) => [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
const digest = async (name, bytes) => new Uint8Array(await crypto.subtle.digest(name, bytes));
async function verifySignature(key, message, signature) {
  if (key.length !== 32 || signature.length !== 64) return false;
  const a = decode(key), r = decode(signature.slice(0, 32)), s = little(signature.slice(32));
  if (!a || !r || s >= L) return false;
  const k = little(await digest("SHA-512", join(signature.slice(0, 32), key, message))) % L;
  return equal(multiply(s, BASE), add(r, multiply(k, a)));
}
const PREFIX = Uint8Array.from([0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]);
const ascii = (text) => new TextEncoder().encode(text);
const same = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);
const pem = (key) => ascii("-----BEGIN PUBLIC KEY-----\n" + btoa(String.fromCharCode(...PREFIX, ...key)) + "\n-----END PUBLIC KEY-----\n");
function keyOf(untrusted) {
  try {
    const inner = Uint8Array.from(atob(new TextDecoder().decode(untrusted).split("\n")[1]), (c) => c.charCodeAt(0)).slice(PREFIX.length);
    return inner.length === 32 && same(pem(inner), untrusted) ? inner : null;
  } catch { return null; }
}
const TAGS = ["bagit.txt", "bag-info.txt", "manifest-sha256.txt", "signer.pem", "VERIFY.txt", "verify.py"];
const LIST = "tagmanifest-sha256.txt", SIGNATURE = "tagmanifest-sha256.txt.sig";
function badPath(path) {
  return /[\x00-\x1f\x7f-\x9f\u2028\u2029\\%:]/.test(path) || /[\ud800-\udfff]/.test(path.replace(/[\ud800-\udbff][\udc00-\udfff]/g, ""))
    || path.split("/").some((part) => ["", ".", ".."].includes(part)) || path.normalize("NFC") !== path;
}
function listed(name, bytes, say) {
  const found = new Map();
  let text;
  try { text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes); } catch { say(name, "form"); return found; }
  const lines = text.split("\n"), rest = lines.pop();
  if (rest) lines.push(rest);
  lines.forEach((line, at) => {
    const match = /^([0-9a-f]{64})  (\S|\S.*\S)$/u.exec(line), path = match ? match[2] : "";
    const misplaced = path.startsWith("data/") !== (name === "manifest-sha256.txt") || path === LIST || path === SIGNATURE;
    if (rest || !match || misplaced || found.has(path) || badPath(path)) say(`${name}, line ${at + 1}`, "form"); else found.set(path, match[1]);
  });
  return found;
}
async function verifyBag(files, expected = "") {
  const problems = [], say = (where, what) => problems.push({ where, what });
  const wanted = expected.replace(/[\s:-]/g, "").toLowerCase();
  if (wanted && !/^[0-9a-f]{64}$/.test(wanted)) return { state: "fingerprint", problems, signer: "", files: 0 };
  if (![...files.keys()].some((path) => [...TAGS.slice(0, 4), LIST, SIGNATURE].includes(path))) return { state: "unreadable", problems, signer: "", files: files.size };
  const hashes = new Map();
  for (const [path, bytes] of files) hashes.set(path, hex(await digest("SHA-256", bytes)));
  const get = (path) => files.get(path) || new Uint8Array();
  const promised = new Map([...listed("manifest-sha256.txt", get("manifest-sha256.txt"), say), ...listed(LIST, get(LIST), say)]);
  const normal = new Map([...hashes.keys()].map((path) => [path.normalize("NFC"), path]));
  const seen = new Set([LIST, SIGNATURE]);
  for (const [path, hash] of promised) {
    const here = hashes.has(path) ? path : normal.get(path);
    if (!here) { say(path, "missing"); continue; }
    seen.add(here);
    if (hashes.get(here) !== hash) say(path, "changed");
  }
  for (const path of [...TAGS, LIST, SIGNATURE]) if (!hashes.has(path)) say(path, "missing");
  for (const path of hashes.keys()) if (!seen.has(path)) say(path, "extra");
  const payload = [...files].filter(([path]) => path.startsWith("data/")).map(([, bytes]) => bytes.length);
  const oxum = new TextDecoder("utf-8", { ignoreBOM: true }).decode(get("bag-info.txt")).split("\n").filter((line) => /^payload-oxum/i.test(line));
  if (oxum.length !== 1 || oxum[0] !== `Payload-Oxum: ${payload.reduce((a, b) => a + b, 0)}.${payload.length}`) say("bag-info.txt", "sizes");
  if (!same(get("bagit.txt"), ascii("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"))) say("bagit.txt", "form");
  const key = keyOf(get("signer.pem"));
  if (!key) say("signer.pem", "form");
  if (!key || !(await verifySignature(key, get(LIST), get(SIGNATURE)))) say(SIGNATURE, "signature");
  const signer = key ? hex(await digest("SHA-256", join(PREFIX, key))) : "";
  const state = problems.length || !key ? "changed" : !wanted ? "signer unknown" : signer === wanted ? "unchanged" : "other key";
  return { state, problems, signer, files: files.size };
}
const MOST = 2 ** 31;  // bytes of a bag in a browser's memory
const CRC = Uint32Array.from({ length: 256 }, (_, n) => { let c = n; for (let k = 0; k < 8; k += 1) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1; return c >>> 0; });
function crc32(bytes) {
  let c = 0xffffffff;
  for (const byte of bytes) c = CRC[(c ^ byte) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}
async function inflate(bytes, method, size, crc) {
  const out = method === 0 ? bytes : new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).arrayBuffer());
  if (out.length !== size || crc32(out) !== crc) throw new Error("size");
  return out;
}
// APPNOTE 6.3, in one strict layout alone, so that no two programs can find different files in it: entries one behind the other from the first byte,
// their directory behind them, its end at the last byte; stored or deflated, plain files; no Zip64, encryption,
// comments or extra fields, names in UTF-8 and said so, sizes and CRC-32 right.
async function unzip(buffer) {
  const view = new DataView(buffer), bytes = new Uint8Array(buffer), end = buffer.byteLength - 22;
  const bad = () => { throw new Error("zip"); };
  if (end < 0 || view.getUint32(end, true) !== 0x06054b50 || view.getUint16(end + 20, true)) bad();
  const count = view.getUint16(end + 10, true), start = view.getUint32(end + 16, true);
  if (view.getUint16(end + 8, true) !== count || start + view.getUint32(end + 12, true) !== end) bad();
  const entries = [], names = new Set();
  let at = start, total = 0;
  for (let left = count; left > 0; left -= 1) {
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50) bad();
    const flags = view.getUint16(at + 8, true), method = view.getUint16(at + 10, true), packed = view.getUint32(at + 20, true), size = view.getUint32(at + 24, true);
    const long = view.getUint16(at + 28, true), name = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(at + 46, at + 46 + long));
    const crc = view.getUint32(at + 16, true), odd = view.getUint16(at + 30, true) || view.getUint16(at + 32, true) || view.getUint16(at + 34, true);
    const mode = (view.getUint32(at + 38, true) >>> 16) & 0xf000, folder = name.endsWith("/");
    total += size;
    if (odd || flags & ~0x080e || (/[^ -~]/.test(name) && !(flags & 0x0800)) || (method === 0 && packed !== size) || total > MOST || ![0, 8].includes(method) || names.has(name) || ![0, folder ? 0x4000 : 0x8000].includes(mode) || (folder && size)) bad();
    names.add(name);
    entries.push({ name, flags, method, packed, size, crc, local: view.getUint32(at + 42, true), raw: bytes.subarray(at + 46, at + 46 + long), folder });
    at += 46 + long;
  }
  if (at !== end) bad();
  const files = new Map();
  let next = 0;
  for (const one of [...entries].sort((a, b) => a.local - b.local)) {
    const gap = one.local - next;
    if (gap && !(files.last & 8 && [12, 16, 20, 24].includes(gap))) bad();
    const here = one.local, long = view.getUint16(here + 26, true), data = here + 30 + long;
    const described = one.flags & 8;
    if (view.getUint32(here, true) !== 0x04034b50 || !same(bytes.subarray(here + 30, here + 30 + long), one.raw) || view.getUint16(here + 8, true) !== one.method) bad();
    if (view.getUint16(here + 6, true) !== one.flags || view.getUint16(here + 28, true)) bad();
    if (!described && (view.getUint32(here + 14, true) !== one.crc || view.getUint32(here + 18, true) !== one.packed || view.getUint32(here + 22, true) !== one.size)) bad();
    next = data + one.packed;
    files.last = one.flags;
    if (next > start) bad();
    if (one.folder && !entries.some((other) => !other.folder && other.name.startsWith(one.name))) bad();  // an empty folder, which no list can name
    if (!one.folder) files.set(one.name, await inflate(bytes.subarray(data, next), one.method, one.size, one.crc));
  }
  const gap = start - next;
  if (gap && !(files.last & 8 && [12, 16, 20, 24].includes(gap))) bad();
  return new Map(files);
}
function inside(files) {  // one folder around the bag is taken off
  const top = [...files.keys()].find((path) => path.endsWith("/bagit.txt") && path.split("/").length === 2);
  if (files.has("bagit.txt") || !top) return files;
  const prefix = top.slice(0, -"bagit.txt".length);
  return new Map([...files].map(([path, bytes]) => [path.startsWith(prefix) ? path.slice(prefix.length) : "../" + path, bytes]));
}
