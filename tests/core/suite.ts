// The entry that as-pect asks for. The specs themselves are included by as-pect.config.js.
