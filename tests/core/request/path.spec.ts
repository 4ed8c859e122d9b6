import { ByteWriter } from "../../../assembly/core/bytes/byte-writer";
import {
  collapseSlashes,
  decodeUnreserved,
  isAmbiguous,
  isNormal,
  resolveDots,
  slashBackslashes,
} from "../../../assembly/core/request/path";
import { PathForms } from "../../../assembly/core/request/path-forms";
import { raw, written } from "../support";

const out: ByteWriter = new ByteWriter(1);
const forms: PathForms = new PathForms();

function resolved(path: string): string {
  out.clear();
  resolveDots(raw(path), out);
  return written(out);
}

function decoded(path: string): string {
  out.clear();
  decodeUnreserved(raw(path), out);
  return written(out);
}

function collapsed(path: string): string {
  out.clear();
  collapseSlashes(raw(path), out);
  return written(out);
}

/** Returns the forms of a path, the normal one first, repetitions left out. */
function formsOf(path: string): string {
  forms.read(raw(path));
  let text = forms.at(0).printable();
  const seen: string[] = [text];
  for (let i = 1; i < forms.count; i++) {
    const form = forms.at(i).printable();
    if (seen.includes(form)) continue;
    seen.push(form);
    text += " " + form;
  }
  return text;
}

describe("paths", () => {
  test("resolveDots: the examples of RFC 3986, 5.2.4 and 5.4", () => {
    const rows: string[] = [
      "/a/b/c/./../../g",
      "/a/g",
      "/b/c/g",
      "/b/c/g",
      "/b/c/./g",
      "/b/c/g",
      "/b/c/g/",
      "/b/c/g/",
      "/b/c/.",
      "/b/c/",
      "/b/c/./",
      "/b/c/",
      "/b/c/..",
      "/b/",
      "/b/c/../",
      "/b/",
      "/b/c/../g",
      "/b/g",
      "/b/c/../..",
      "/",
      "/b/c/../../",
      "/",
      "/b/c/../../g",
      "/g",
      "/b/c/../../../g",
      "/g",
      "/b/c/../../../../g",
      "/g",
      "/./g",
      "/g",
      "/../g",
      "/g",
      "/b/c/g.",
      "/b/c/g.",
      "/b/c/.g",
      "/b/c/.g",
      "/b/c/g..",
      "/b/c/g..",
      "/b/c/..g",
      "/b/c/..g",
      "/b/c/./../g",
      "/b/g",
      "/b/c/./g/.",
      "/b/c/g/",
      "/b/c/g/./h",
      "/b/c/g/h",
      "/b/c/g/../h",
      "/b/c/h",
      "/b/c/g;x=1/./y",
      "/b/c/g;x=1/y",
      "/b/c/g;x=1/../y",
      "/b/c/y",
    ];
    for (let i = 0; i < rows.length; i += 2) expect(resolved(rows[i])).toBe(rows[i + 1], rows[i]);
  });

  test("resolveDots: roots, empty segments and three dots", () => {
    const rows: string[] = [
      "/",
      "/",
      "/.",
      "/",
      "/..",
      "/",
      "/../..",
      "/",
      "/...",
      "/...",
      "/a/.../b",
      "/a/.../b",
      "//",
      "//",
      "/a//..",
      "/a/",
      "/a//../b",
      "/a/b",
      "//..//a",
      "//a",
      "/a/..//b",
      "//b",
    ];
    for (let i = 0; i < rows.length; i += 2) expect(resolved(rows[i])).toBe(rows[i + 1], rows[i]);
  });

  test("resolveDots leaves what does not begin with a slash", () => {
    const paths: string[] = ["", "*", "mid/content=5/../6", "../a", "."];
    for (let i = 0; i < paths.length; i++) expect(resolved(paths[i])).toBe(paths[i]);
  });

  test("decodeUnreserved decodes those once, and capitalizes the rest", () => {
    const rows: string[] = [
      "/%41%7a%30%2D%2e%5F%7E",
      "/Az0-._~",
      "/%2f%5c%3a%c3%a9",
      "/%2F%5C%3A%C3%A9",
      "/%2541",
      "/%2541",
      "/%",
      "/%",
      "/%4",
      "/%4",
      "/%zz",
      "/%zz",
      "/%%41",
      "/%A",
      "/%2%65",
      "/%2e",
      "/%00",
      "/%00",
    ];
    for (let i = 0; i < rows.length; i += 2) expect(decoded(rows[i])).toBe(rows[i + 1], rows[i]);
  });

  test("collapseSlashes", () => {
    const rows: string[] = ["", "", "/", "/", "//", "/", "///a////b//", "/a/b/", "a//b", "a/b"];
    for (let i = 0; i < rows.length; i += 2) expect(collapsed(rows[i])).toBe(rows[i + 1], rows[i]);
  });

  test("slashBackslashes", () => {
    out.clear();
    slashBackslashes(raw("/a\\b\\\\c/"), out);
    expect(written(out)).toBe("/a/b//c/");
  });

  test("isAmbiguous: dot segments and backslashes", () => {
    const yes: string[] = ["/.", "/..", "/a/./b", "/a/../b", "/a/..", "\\", "/a\\b", "..", "a/.", "/a\\"];
    const no: string[] = ["", "/", "//", "/a.b", "/.a", "/a.", "/...", "/..a/b", "/a..", "/%2e", "*"];
    for (let i = 0; i < yes.length; i++) expect(isAmbiguous(raw(yes[i]))).toBe(true, yes[i]);
    for (let i = 0; i < no.length; i++) expect(isAmbiguous(raw(no[i]))).toBe(false, no[i]);
  });

  test("isNormal never takes a path for normal that is not", () => {
    const paths: string[] = ["/a//b", "/%41", "/a\\b", "/a/./b", "/a/..", "/.", "/..", "//"];
    for (let i = 0; i < paths.length; i++) expect(isNormal(raw(paths[i]))).toBe(false, paths[i]);
    expect(isNormal(raw("/"))).toBe(true);
    expect(isNormal(raw("/a/b.c/d..e/"))).toBe(true);
  });
});

describe("PathForms", () => {
  test("a path that nobody can misread has its normal form only", () => {
    const rows: string[] = [
      "/",
      "/",
      "",
      "",
      "*",
      "*",
      "/a/b/",
      "/a/b/",
      "/a//b///c",
      "/a/b/c",
      "/%61/%2f",
      "/a/%2F",
      "/.well-known/x",
      "/.well-known/x",
      "/a/...",
      "/a/...",
      "/\xff",
      "/\\xff",
    ];
    for (let i = 0; i < rows.length; i += 2) {
      expect(formsOf(rows[i])).toBe(rows[i + 1], rows[i]);
      expect(forms.count).toBe(1, rows[i]);
    }
  });

  test("dot segments, plain and encoded, also stand as they are", () => {
    const rows: string[] = [
      "/a/../b",
      "/b /a/../b",
      "/a/%2e%2E/b",
      "/b /a/../b",
      "/a/.%2e/b",
      "/b /a/../b",
      "/a/.",
      "/a/ /a/.",
      "/..",
      "/ /..",
    ];
    for (let i = 0; i < rows.length; i += 2) expect(formsOf(rows[i])).toBe(rows[i + 1], rows[i]);
  });

  test("backslashes are read as slashes and as themselves", () => {
    expect(formsOf("/a\\b")).toBe("/a/b /a\\b");
    expect(formsOf("/a\\..\\b")).toBe("/b /a\\..\\b");
    expect(formsOf("/x/..\\b")).toBe("/b /x/..\\b");
    expect(formsOf("/a\\b/../c")).toBe("/a/c /a\\b/../c /c");
  });

  test("an encoded backslash is none", () => {
    expect(formsOf("/a%5cb")).toBe("/a%5Cb");
    expect(forms.count).toBe(1);
  });

  test("dot segments that show when separators are decoded or parameters cut off are read too", () => {
    expect(formsOf("/public/..%2fprivate")).toBe("/public/..%2Fprivate /private");
    expect(formsOf("/public/%2e%2e%5cprivate")).toBe("/public/..%5Cprivate /private");
    expect(formsOf("/public/..;x=1/private")).toBe("/public/..;x=1/private /private");
    expect(formsOf("/public;x/private")).toBe("/public;x/private");
    expect(formsOf("/files/a%2Fb")).toBe("/files/a%2Fb");
    expect(forms.count).toBe(1);
  });

  test("slashes joined before or after the dots are resolved", () => {
    expect(formsOf("/a//../b")).toBe("/a/b /a/../b /b");
    expect(formsOf("//../b")).toBe("/b /../b");
  });

  test("an index that is none gives the normal form", () => {
    forms.read(raw("/a/../b"));
    expect(forms.at(99).printable()).toBe("/b");
    expect(forms.at(-1).printable()).toBe("/b");
  });

  test("reading another path forgets the one before", () => {
    formsOf("/a/../b");
    expect(formsOf("/c")).toBe("/c");
    expect(forms.count).toBe(1);
  });

  test("a long path", () => {
    const long = "/" + "segment/".repeat(2000);
    expect(formsOf(long + "../x")).toBe(long.substring(0, long.length - 8) + "x " + long + "../x");
  });
});
