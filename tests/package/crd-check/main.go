// Command crd-check judges Kubernetes resources as an API server does, without one: schema, unknown fields, CEL rules.
//
//	crd-check <definitions.yaml or directory>... <texts.json >findings.json
//
// It reads a list of texts, each with a name and YAML, and writes one finding per document.
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// text is one file. With compose it is a Compose file, else Kubernetes resources.
type text struct {
	Name    string `json:"name"`
	YAML    string `json:"yaml"`
	Compose bool   `json:"compose"`
}

// finding is what is to be said about one document of a text; without errors the document is right.
type finding struct {
	File   string   `json:"file"`
	Index  int      `json:"index"`
	Kind   string   `json:"kind"`
	Name   string   `json:"name"`
	Errors []string `json:"errors"`
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "crd-check:", err)
		os.Exit(1)
	}
}

func run(sources []string) error {
	definitions, err := loadDefinitions(sources)
	if err != nil {
		return err
	}
	var texts []text
	if err := json.NewDecoder(os.Stdin).Decode(&texts); err != nil {
		return fmt.Errorf("reading the texts: %w", err)
	}
	findings := []finding{}
	for _, one := range texts {
		if one.Compose {
			findings = append(findings, checkCompose(one))
			continue
		}
		for index, document := range splitDocuments(one.YAML) {
			found := definitions.check(document)
			found.File, found.Index = one.Name, index
			findings = append(findings, found)
		}
	}
	return json.NewEncoder(os.Stdout).Encode(findings)
}
