package main

// The module that carries Istio's definitions. Only its YAML is read; a package of it is imported so that `go mod` keeps it
// pinned.
import _ "istio.io/api/label"
