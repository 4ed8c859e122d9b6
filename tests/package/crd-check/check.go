package main

import (
	"context"
	"encoding/json"
	"strings"

	corev1 "k8s.io/api/core/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	utilvalidation "k8s.io/apimachinery/pkg/util/validation"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	sigsjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// coreKinds are the kinds that Kubernetes has built in and the samples use.
var coreKinds = map[string]func() any{
	"v1 ConfigMap": func() any { return &corev1.ConfigMap{} },
	"v1 Namespace": func() any { return &corev1.Namespace{} },
	"v1 Secret":    func() any { return &corev1.Secret{} },
	"v1 Service":   func() any { return &corev1.Service{} },
}

// check judges one document as `kubectl apply --validate=strict` would have it judged.
func (all *definitions) check(document string) finding {
	found := finding{Errors: []string{}}
	asJSON, err := yaml.YAMLToJSONStrict([]byte(document))
	if err != nil {
		found.Errors = append(found.Errors, err.Error())
		return found
	}
	var head struct {
		metav1.TypeMeta `json:",inline"`
		Metadata        json.RawMessage `json:"metadata"`
	}
	if err := json.Unmarshal(asJSON, &head); err != nil {
		found.Errors = append(found.Errors, err.Error())
		return found
	}
	var metadata metav1.ObjectMeta
	for _, fault := range decodeStrict(head.Metadata, &metadata) {
		found.Errors = append(found.Errors, "metadata: "+fault)
	}
	found.Kind, found.Name = head.Kind, metadata.Name
	for _, fault := range utilvalidation.IsDNS1123Subdomain(metadata.Name) {
		found.Errors = append(found.Errors, "metadata.name: "+fault)
	}
	if metadata.Namespace != "" {
		for _, fault := range utilvalidation.IsDNS1123Label(metadata.Namespace) {
			found.Errors = append(found.Errors, "metadata.namespace: "+fault)
		}
	}
	key := head.APIVersion + " " + head.Kind
	if newKind, ok := coreKinds[key]; ok {
		found.Errors = append(found.Errors, decodeStrict(asJSON, newKind())...)
		return found
	}
	definition, err := all.find(key)
	if err != nil {
		found.Errors = append(found.Errors, err.Error())
	} else if definition == nil {
		found.Errors = append(found.Errors, "no definition of "+key)
	} else {
		found.Errors = append(found.Errors, definition.check(asJSON)...)
	}
	return found
}

// decodeStrict returns what is wrong with JSON as a kind that is built in; names of fields are case-sensitive.
func decodeStrict(asJSON []byte, into any) []string {
	faults := []string{}
	strict, err := sigsjson.UnmarshalStrict(asJSON, into)
	if err != nil {
		faults = append(faults, err.Error())
	}
	for _, fault := range strict {
		faults = append(faults, fault.Error())
	}
	return faults
}

func (one *definition) check(asJSON []byte) []string {
	faults := []string{}
	var object map[string]any
	// Whole numbers stay whole, as the rules want them.
	if err := utiljson.Unmarshal(asJSON, &object); err != nil {
		return []string{err.Error()}
	}
	options := structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}
	for _, path := range pruning.PruneWithOptions(object, one.schema, true, options) {
		faults = append(faults, "unknown field "+strings.TrimPrefix(path, "."))
	}
	defaulting.Default(object, one.schema)
	for _, fault := range validation.ValidateCustomResource(nil, object, one.properties) {
		faults = append(faults, fault.Error())
	}
	for _, fault := range listtype.ValidateListSetsAndMaps(nil, one.schema, object) {
		faults = append(faults, fault.Error())
	}
	if one.rules != nil && len(faults) == 0 {
		ruleFaults, _ := one.rules.Validate(
			context.Background(), nil, one.schema, object, nil, celconfig.RuntimeCELCostBudget)
		for _, fault := range ruleFaults {
			faults = append(faults, fault.Error())
		}
	}
	return faults
}
