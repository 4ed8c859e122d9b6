import { ByteWriter } from "../bytes/byte-writer";
import { Bytes } from "../bytes/bytes";
import { isHttps, normalizeAuthority } from "../service/authority";
import { readForm } from "./form";
import { Pairs } from "./pairs";
import { FilterMetadata, MetadataSource } from "./filter-metadata";
import { ParameterIndex } from "./parameter-index";
import { PathForms } from "./path-forms";

const METHOD: Bytes = Bytes.of(":method");
const SCHEME: Bytes = Bytes.of(":scheme");
const AUTHORITY: Bytes = Bytes.of(":authority");
const PATH: Bytes = Bytes.of(":path");
const QUESTION: u8 = 0x3f;

/**
 * What one request says, taken once. Its spans point into the host's buffer and into buffers of its own, and are valid
 * until the next request is read; what is not asked for is not computed.
 */
export class RequestSnapshot {
  /** Every header, pseudo-headers included, names in lower case as Envoy gives them. Filled by the host edge. */
  readonly headers: Pairs = new Pairs();
  readonly method: Bytes = new Bytes();
  /** Of the `:scheme`. */
  isHttps: bool = false;

  private readonly rawAuthority: Bytes = new Bytes();
  private readonly normalAuthority: Bytes = new Bytes();
  private readonly authorityBuffer: ByteWriter = new ByteWriter(256);
  private readonly target: Bytes = new Bytes();
  private readonly path: Bytes = new Bytes();
  private readonly query: Bytes = new Bytes();
  private readonly forms: PathForms = new PathForms();
  private readonly parameterPairs: Pairs = new Pairs();
  private readonly filterMetadata: FilterMetadata;
  private readonly parameterBuffer: ByteWriter = new ByteWriter(1024);
  private hasForms: bool = false;
  private hasParameters: bool = false;
  private readonly index: ParameterIndex = new ParameterIndex();
  private hasIndex: bool = false;

  constructor(metadataSource: MetadataSource) {
    this.filterMetadata = new FilterMetadata(metadataSource);
  }

  /** Takes method, scheme, authority and path out of `headers`. What is missing (CONNECT has no path) is empty. */
  read(): void {
    this.hasForms = false;
    this.hasParameters = false;
    this.hasIndex = false;
    this.filterMetadata.forget();
    this.take(METHOD, this.method);
    this.take(SCHEME, this.rawAuthority);
    this.isHttps = isHttps(this.rawAuthority);
    this.take(AUTHORITY, this.rawAuthority);
    this.take(PATH, this.target);
    const question = this.target.indexOf(QUESTION);
    this.path.set(this.target.ptr, question < 0 ? this.target.length : question);
    if (question < 0) this.query.clear();
    else this.query.set(this.target.ptr + <usize>(question + 1), this.target.length - question - 1);
    normalizeAuthority(this.rawAuthority, this.isHttps, this.authorityBuffer);
    this.authorityBuffer.viewInto(this.normalAuthority);
  }

  /** The authority in normal form. */
  get authority(): Bytes {
    return this.normalAuthority;
  }

  /** The readings of the path. */
  pathForms(): PathForms {
    if (!this.hasForms) {
      this.forms.read(this.path);
      this.hasForms = true;
    }
    return this.forms;
  }

  /** The parameters of the query, form-decoded, in order, duplicates kept. */
  parameters(): Pairs {
    if (!this.hasParameters) {
      readForm(this.query, this.parameterBuffer, this.parameterPairs);
      this.hasParameters = true;
    }
    return this.parameterPairs;
  }

  /** The parameters of the query by name, the last of duplicates. */
  parameterIndex(): ParameterIndex {
    if (!this.hasIndex) {
      this.index.read(this.parameters());
      this.hasIndex = true;
    }
    return this.index;
  }

  /** Points `struct` at the metadata that a filter has left, a google.protobuf.Struct; false where it has left none. */
  metadata(filterName: Bytes, struct: Bytes): bool {
    return this.filterMetadata.find(filterName, struct);
  }

  private take(header: Bytes, into: Bytes): void {
    this.headers.value(this.headers.find(header), into);
  }
}
