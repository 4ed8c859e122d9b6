/** The host call that `@solo-io/proxy-runtime/assembly/imports` does not declare. */

// @ts-expect-error: AssemblyScript's decorator for an import
@external("env", "proxy_get_log_level")
export declare function proxy_get_log_level(levelPtr: usize): u32;
