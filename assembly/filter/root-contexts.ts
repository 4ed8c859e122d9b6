import { Host } from "../host/host";
import { IdMap } from "./id-map";
import { RootContext } from "./root-context";
import { SystemClient } from "./system/system-client";
import { SystemMetricsOnce } from "./system/system-metrics";

/** More streams than this that have not brought headers are looked through for those that are gone. */
const LEAST_STREAMS_TO_SWEEP: i32 = 1024;
const UNKNOWN: i32 = i32.MAX_VALUE - 1;

/**
 * The root contexts of a VM, one for each plugin configuration that shares it (and two of one that is being updated), and
 * the streams of each that have not brought their headers yet.
 *
 * Envoy is not asked to tell of contexts that go (`proxy_on_delete`): each callback costs a request about as much as all
 * that the filter computes for it. Those that are gone are found out, by asking for them, where it matters.
 */
export class RootContexts {
  private readonly host: Host;
  private readonly roots: RootContext[] = [];
  /**
   * Streams of every root context but the first: the serial number of their root, UNKNOWN for one that was never created.
   * Streams of the first need no entry.
   */
  private readonly rootOf: IdMap = new IdMap();
  private readonly systemMetrics: SystemMetricsOnce = new SystemMetricsOnce();
  /** Those found gone since they were last taken from here. */
  readonly gone: RootContext[] = [];
  private nextSerial: i32 = 0;
  private sweepAt: i32 = LEAST_STREAMS_TO_SWEEP;

  constructor(host: Host) {
    this.host = host;
  }

  /** A root context (`parentId` 0) or a stream is created. It is the effective context. */
  create(id: u32, parentId: u32): void {
    if (parentId == 0) {
      this.forgetGone(id);
      if (this.find(id) == null) this.roots.push(new RootContext(id, this.nextSerial++));
    } else if (this.roots.length == 0 || this.roots[0].id != parentId) {
      const root = this.find(parentId);
      this.rootOf.set(id, root == null ? UNKNOWN : root.serial);
      if (this.rootOf.size >= this.sweepAt) this.sweep(id);
    } else if (!this.rootOf.isEmpty()) {
      // Ids come again after 2^32 contexts: nothing may be left of the one before.
      this.rootOf.remove(id);
    }
  }

  /** Gives a root context its configuration. Returns whether it is accepted. */
  configure(id: u32, sizeBytes: i32): bool {
    const root = this.find(id);
    if (root == null) return false;
    const before = root.system;
    if (!root.configure(this.host, sizeBytes, this.systemMetrics)) return false;
    const system = root.system;
    if (system != null) {
      if (before != null) system.adopt(before);
      for (let i = 0; i < this.roots.length; i++) {
        const other = this.roots[i].system;
        if (other != null && other != system) system.adopt(other);
      }
    }
    if (before != null && before != system) this.endSystem(before);
    return true;
  }

  /** Returns the root context of a stream that brings its headers; null where there is none. */
  take(streamId: u32): RootContext | null {
    if (!this.rootOf.isEmpty()) {
      const serial = this.rootOf.get(streamId);
      if (serial >= 0) {
        this.rootOf.remove(streamId);
        for (let i = 0; i < this.roots.length; i++) if (this.roots[i].serial == serial) return this.roots[i];
        return null;
      }
    }
    return this.roots.length > 0 ? this.roots[0] : null;
  }

  /** A tick that a root context has asked for. */
  tick(id: u32): void {
    const root = this.find(id);
    if (root == null) return;
    const system = root.system;
    if (system != null) system.tick();
  }

  /** A call has been answered that no request waits for; false where it was no fetch either. */
  answer(token: u32, headerCount: u32, bodyBytes: i32): bool {
    for (let i = 0; i < this.roots.length; i++) {
      const system = this.roots[i].system;
      if (system != null && system.answer(token, headerCount, bodyBytes)) return true;
    }
    return false;
  }

  private find(id: u32): RootContext | null {
    for (let i = 0; i < this.roots.length; i++) if (this.roots[i].id == id) return this.roots[i];
    return null;
  }

  /** Forgets the root contexts that are gone: their streams are gone before them. `id` stays the effective context. */
  private forgetGone(id: u32): void {
    for (let i = this.roots.length - 1; i >= 0; i--) {
      if (this.host.setEffectiveContext(this.roots[i].id)) continue;
      const root = this.roots[i];
      const system = root.system;
      this.roots.splice(i, 1);
      this.gone.push(root);
      if (system != null) this.endSystem(system);
    }
    this.host.setEffectiveContext(id);
  }

  /** Gives back what a poller has shared, unless another root context goes by the same configuration. */
  private endSystem(ended: SystemClient): void {
    for (let i = 0; i < this.roots.length; i++) {
      const system = this.roots[i].system;
      if (system != null && system.digest == ended.digest) return;
    }
    ended.end();
  }

  /** Forgets the streams that went without headers: another filter answered them. `id` stays the effective context. */
  private sweep(id: u32): void {
    for (let place = 0; place < this.rootOf.places;) {
      const streamId = this.rootOf.idAt(place);
      if (streamId >= 0 && !this.host.setEffectiveContext(<u32>streamId)) this.rootOf.remove(<u32>streamId);
      else place++;
    }
    this.host.setEffectiveContext(id);
    // What is left is alive: looking again is worth it when there are twice as many.
    this.sweepAt = max(LEAST_STREAMS_TO_SWEEP, this.rootOf.size * 2);
  }
}
