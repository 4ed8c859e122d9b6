import { Result } from "./abi.ts";
import { toBytes, toLatin1, type Bytes } from "./bytes.ts";

/** What modules have done with shared data; bytes are those of values. */
export interface SharedTraffic {
  gets: number;
  sets: number;
  /** Sets that came too late: CasMismatch. */
  mismatches: number;
  bytesRead: number;
  bytesWritten: number;
}

/** A value, and the number it is to be replaced by. */
export interface SharedValue {
  value: Uint8Array;
  cas: number;
}

/** An access that is about to happen. */
export interface SharedAccess {
  operation: "get" | "set";
  vmId: string;
  key: Uint8Array;
}

const LAST_CAS = 0xffff_ffff;

/**
 * What the VMs of one Envoy share, by VM id. As in Envoy, every set takes the next number of one counter for all ids and keys,
 * which begins at 1 and leaves out 0; nothing is ever deleted while a VM of that id is left.
 */
export class SharedData {
  /** Called before each access of a module: what a test does in it comes between a module's get and its set. */
  onAccess: (access: SharedAccess) => void = () => undefined;
  readonly #values = new Map<string, Map<string, SharedValue>>();
  #nextCas: number;
  #traffic = none();

  /** The first number given out is `firstCas`: near 2^32 a test sees it wrap. */
  constructor({ firstCas = 1 } = {}) {
    this.#nextCas = firstCas;
  }

  /** The value of a key; undefined if there is none. */
  get(vmId: string, key: Bytes): SharedValue | undefined {
    return this.#values.get(vmId)?.get(toLatin1(toBytes(key)));
  }

  /**
   * Sets a key: Ok, or CasMismatch if the key has another number than `cas`. 0 sets it in any case, and so does any number
   * while there is no such key.
   */
  set(vmId: string, key: Bytes, value: Bytes, cas = 0): Result {
    const values = this.#values.get(vmId) ?? new Map<string, SharedValue>();
    this.#values.set(vmId, values);
    const name = toLatin1(toBytes(key));
    const current = values.get(name);
    if (current !== undefined && cas !== 0 && cas !== current.cas) return Result.CasMismatch;
    values.set(name, { value: Uint8Array.from(toBytes(value)), cas: this.#nextCas });
    this.#nextCas = this.#nextCas === LAST_CAS ? 1 : this.#nextCas + 1;
    return Result.Ok;
  }

  /** The keys of a VM id, one character a byte, in the order in which they were first set. */
  keys(vmId: string): string[] {
    return [...(this.#values.get(vmId)?.keys() ?? [])];
  }

  /** The bytes of all keys and values of a VM id. */
  byteSize(vmId: string): number {
    const values = [...(this.#values.get(vmId) ?? [])];
    return values.reduce((size, [key, { value }]) => size + key.length + value.length, 0);
  }

  /** Forgets what a VM id has: Envoy does so when the last plugin with a VM of that id is gone. */
  forget(vmId: string): void {
    this.#values.delete(vmId);
  }

  /** What modules have done so far: a copy. */
  get traffic(): SharedTraffic {
    return { ...this.#traffic };
  }

  /** What modules do during `work` alone: the counts start at zero and go on from there. */
  measure(work: () => void): SharedTraffic {
    this.#traffic = none();
    work();
    return this.traffic;
  }

  /** {@link get} by a module. */
  read(vmId: string, key: Uint8Array): SharedValue | undefined {
    this.onAccess({ operation: "get", vmId, key });
    const found = this.get(vmId, key);
    this.#traffic.gets++;
    this.#traffic.bytesRead += found?.value.length ?? 0;
    return found;
  }

  /** {@link set} by a module. */
  write(vmId: string, key: Uint8Array, value: Uint8Array, cas: number): Result {
    this.onAccess({ operation: "set", vmId, key });
    const result = this.set(vmId, key, value, cas);
    this.#traffic.sets++;
    if (result === Result.CasMismatch) this.#traffic.mismatches++;
    else this.#traffic.bytesWritten += value.length;
    return result;
  }
}

function none(): SharedTraffic {
  return { gets: 0, sets: 0, mismatches: 0, bytesRead: 0, bytesWritten: 0 };
}
