/** Deepest place in a v1 configuration that is named; what lies deeper is named by this ancestor. */
const MAX_PARTS: i32 = 24;

/** The way from the configuration's top to the value being read, kept without building strings. */
export class FieldPath {
  private depth: i32 = 0;
  private readonly names: StaticArray<string> = new StaticArray<string>(MAX_PARTS).fill("");
  private readonly indexes: StaticArray<i32> = new StaticArray<i32>(MAX_PARTS);

  pushName(name: string): void {
    this.push(name, -1);
  }

  pushIndex(index: i32): void {
    this.push("", index);
  }

  pop(): void {
    this.depth--;
  }

  /** As `services[0].mapping_rules[2].pattern`. */
  toString(): string {
    let text = "";
    const end = min(this.depth, MAX_PARTS);
    for (let i = 0; i < end; i++) {
      const index = this.indexes[i];
      if (index >= 0) text += "[" + index.toString() + "]";
      else text += (text.length == 0 ? "" : ".") + this.names[i];
    }
    return text;
  }

  private push(name: string, index: i32): void {
    if (this.depth < MAX_PARTS) {
      this.names[this.depth] = name;
      this.indexes[this.depth] = index;
    }
    this.depth++;
  }
}
