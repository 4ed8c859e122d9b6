package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	v1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"
)

// definition is one served version of a custom resource, ready to judge with.
type definition struct {
	schema     *structuralschema.Structural
	properties validation.SchemaValidator
	rules      *cel.Validator
}

// definitions finds a definition by apiVersion and kind. They are compiled when they are first asked for.
type definitions struct {
	versions map[string]*v1.CustomResourceValidation
	compiled map[string]*definition
}

var separator = regexp.MustCompile(`(?m)^---\s*$`)

// splitDocuments returns the documents of a YAML text that have content.
func splitDocuments(yamlText string) []string {
	documents := []string{}
	for _, document := range separator.Split(yamlText, -1) {
		var content any
		if err := yaml.Unmarshal([]byte(document), &content); err != nil || content != nil {
			documents = append(documents, document)
		}
	}
	return documents
}

// loadDefinitions reads the CustomResourceDefinitions of files, and of the YAML files of directories.
func loadDefinitions(sources []string) (*definitions, error) {
	all := &definitions{versions: map[string]*v1.CustomResourceValidation{}, compiled: map[string]*definition{}}
	for _, source := range sources {
		files, err := filepath.Glob(filepath.Join(source, "*.yaml"))
		if err != nil {
			return nil, err
		}
		if len(files) == 0 {
			files = []string{source}
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			for _, document := range splitDocuments(string(content)) {
				if !strings.Contains(document, "kind: CustomResourceDefinition") {
					continue
				}
				var crd v1.CustomResourceDefinition
				if err := yaml.Unmarshal([]byte(document), &crd); err != nil {
					return nil, fmt.Errorf("%s: %w", file, err)
				}
				for _, version := range crd.Spec.Versions {
					if version.Served {
						all.versions[crd.Spec.Group+"/"+version.Name+" "+crd.Spec.Names.Kind] = version.Schema
					}
				}
			}
		}
	}
	if len(all.versions) == 0 {
		return nil, fmt.Errorf("no CustomResourceDefinitions in %v", sources)
	}
	return all, nil
}

// find returns the definition of "group/version Kind", nil where there is none.
func (all *definitions) find(key string) (*definition, error) {
	if found, ok := all.compiled[key]; ok {
		return found, nil
	}
	version, ok := all.versions[key]
	if !ok {
		return nil, nil
	}
	internal := &apiextensions.CustomResourceValidation{}
	if err := v1.Convert_v1_CustomResourceValidation_To_apiextensions_CustomResourceValidation(version, internal, nil); err != nil {
		return nil, err
	}
	schema, err := structuralschema.NewStructural(internal.OpenAPIV3Schema)
	if err != nil {
		return nil, err
	}
	properties, _, err := validation.NewSchemaValidator(internal.OpenAPIV3Schema)
	if err != nil {
		return nil, err
	}
	made := &definition{schema, properties, cel.NewValidator(schema, true, celconfig.PerCallLimit)}
	all.compiled[key] = made
	return made, nil
}
