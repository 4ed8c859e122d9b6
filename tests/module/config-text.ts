/** The parts of a configuration in which nothing is at fault, as JSON text, one part a line. */
export interface Parts {
  api?: string;
  /** What stands in the backend's `upstream`. */
  upstream?: string;
  /** Further fields of the `backend`, with a comma before each. */
  backend?: string;
  id?: string;
  token?: string;
  authorities?: string;
  credentials?: string;
  rules?: string;
  /** Further fields of the service, with a comma before each. */
  service?: string;
  /** Further fields of the configuration, with a comma before each. */
  top?: string;
}

/** Writes a configuration of these parts, the others without fault, so that places in it are known. */
export function configuration(parts: Parts = {}): string {
  const {
    api = '"v1"',
    upstream = '"name": "b", "url": "http://b"',
    backend = "",
    id = '"1"',
    token = '"t"',
    authorities = '["a"]',
    credentials = '{"user_key": []}',
    rules = `[${rule()}]`,
    service = "",
    top = "",
  } = parts;
  return `{
"api": ${api},
"backend": {"upstream": {${upstream}}${backend}},
"services": [{
"id": ${id},
"token": ${token},
"authorities": ${authorities},
"credentials": ${credentials},
"mapping_rules": ${rules}${service}
}]${top}
}`;
}

/** Writes a mapping rule. */
export function rule({
  method = '"GET"',
  pattern = '"/"',
  usages = '[{"name": "hits", "delta": 1}]',
  more = "",
} = {}): string {
  return `{"method": ${method}, "pattern": ${pattern}, "usages": ${usages}${more}}`;
}
