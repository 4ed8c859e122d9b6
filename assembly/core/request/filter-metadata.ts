import { Bytes } from "../bytes/bytes";
import { ProtobufReader } from "../structured/protobuf-reader";

// Field numbers of envoy.config.core.v3.Metadata, and of the entries of its map.
const FILTER_METADATA: u32 = 1;
const ENTRY_KEY: u32 = 1;
const ENTRY_VALUE: u32 = 2;

/** Where the dynamic metadata of a request comes from. */
export abstract class MetadataSource {
  /** Points `metadata` at the serialized envoy.config.core.v3.Metadata of the request, at nothing where there is none. */
  abstract read(metadata: Bytes): void;
}

/** The dynamic metadata that the filters before this one have left on a request; asked for only if something looks there. */
export class FilterMetadata {
  private readonly source: MetadataSource;
  private readonly metadata: Bytes = new Bytes();
  private readonly entries: ProtobufReader = new ProtobufReader();
  private readonly entry: ProtobufReader = new ProtobufReader();
  private readonly part: Bytes = new Bytes();
  private hasRead: bool = false;

  constructor(source: MetadataSource) {
    this.source = source;
  }

  /** Begins with another request. */
  forget(): void {
    this.hasRead = false;
  }

  /** Points `struct` at the metadata of a filter, a google.protobuf.Struct; false where it has left none. */
  find(filterName: Bytes, struct: Bytes): bool {
    if (!this.hasRead) {
      this.source.read(this.metadata);
      this.hasRead = true;
    }
    let found = false;
    this.entries.start(this.metadata);
    while (this.entries.next()) {
      if (!this.entries.isMessage(FILTER_METADATA)) continue;
      this.entries.value(this.part);
      if (this.readEntry(filterName, struct)) found = true;
    }
    return found;
  }

  private readEntry(filterName: Bytes, struct: Bytes): bool {
    const part = this.part;
    const entry = this.entry;
    let matches = false;
    entry.start(part);
    while (entry.next()) {
      if (!entry.isMessage(ENTRY_KEY)) continue;
      entry.value(this.key);
      matches = this.key.equals(filterName);
    }
    if (!matches) return false;
    struct.clear();
    entry.start(part);
    while (entry.next()) if (entry.isMessage(ENTRY_VALUE)) entry.value(struct);
    return true;
  }

  private readonly key: Bytes = new Bytes();
}
