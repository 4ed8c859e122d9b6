import { createHash } from "node:crypto";

/** The SHA-256 of `content` in hexadecimal digits. */
export const sha256 = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");

/** The digest by which a registry knows `content`: `sha256:` and its digits. */
export const digestOf = (content: Uint8Array): string => `sha256:${sha256(content)}`;
