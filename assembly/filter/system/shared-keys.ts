import { ByteWriter } from "../../core/bytes/byte-writer";
import { Bytes } from "../../core/bytes/bytes";

/** The version of all that this filter shares; another version's is not read. */
const FORMAT: string = "3scale-auth-wasm/1/";

/** Counts the pollers of an Envoy up, whatever their configurations. */
export const POLLER_COUNT: Bytes = Bytes.of(FORMAT + "pollers");

/** The keys under which the VMs of an Envoy share what one configuration fetches. */
export class SharedKeys {
  readonly lease: Bytes;
  readonly index: Bytes;
  private readonly prefix: string;

  /** `digest` is of the plugin configuration: others have other keys. */
  constructor(digest: u64) {
    const prefix = FORMAT + hex(digest) + "/";
    this.prefix = prefix;
    this.lease = Bytes.of(prefix + "lease");
    this.index = Bytes.of(prefix + "index");
  }

  slot(number: i32): Bytes {
    return Bytes.of(this.prefix + "slot/" + number.toString());
  }
}

function hex(value: u64): string {
  const out = new ByteWriter(16);
  for (let shift: u64 = 64; shift > 0; shift -= 4) {
    const digit = <u8>((value >> (shift - 4)) & 15);
    out.byte(digit < 10 ? 0x30 + digit : 0x57 + digit);
  }
  const bytes = out.copy();
  out.free();
  return bytes.printable();
}
