import { ByteWriter } from "../bytes/byte-writer";
import { Bytes } from "../bytes/bytes";
import { BytesIndex } from "../bytes/bytes-index";
import { AuthorityPattern } from "../service/authority";
import { hostOf } from "./url-parts";

const BACKSLASH: u8 = 0x5c;
const out: ByteWriter = new ByteWriter(256);
const view: Bytes = new Bytes();

/** Returns the authorities of a gateway's hosts and of its endpoint (a URL), literally, with whatever port a request has. */
export function deriveAuthorities(hosts: Bytes[], endpoint: Bytes | null): StaticArray<AuthorityPattern> {
  const names = new BytesIndex();
  for (let i = 0; i < hosts.length; i++) addHost(names, hosts[i]);
  if (endpoint != null) addHost(names, endpoint);
  const patterns: AuthorityPattern[] = [];
  for (let i = 0; i < names.values.length; i++) {
    out.clear();
    writeLiteral(names.values[i]);
    patterns.push(new AuthorityPattern(out.copy()));
    out.text(":*");
    patterns.push(new AuthorityPattern(out.copy()));
  }
  return StaticArray.fromArray(patterns);
}

function addHost(names: BytesIndex, text: Bytes): void {
  const host = hostOf(text);
  if (host.isEmpty()) return;
  out.clear();
  out.lowerCased(host);
  out.viewInto(view);
  names.addCopy(view);
}

/** Writes a host as a glob that matches nothing else. */
function writeLiteral(host: Bytes): void {
  for (let i = 0; i < host.length; i++) {
    const byte = host.at(i);
    if (byte == 0x2a || byte == 0x2b || byte == 0x3f || byte == BACKSLASH) out.byte(BACKSLASH);
    out.byte(byte);
  }
}
