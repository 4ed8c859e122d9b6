package main

import (
	"context"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// checkCompose loads a file as `docker compose config` does: schema, interpolation, and what services refer to.
func checkCompose(one text) finding {
	details := types.ConfigDetails{
		WorkingDir:  "/",
		ConfigFiles: []types.ConfigFile{{Filename: one.Name, Content: []byte(one.YAML)}},
		Environment: types.Mapping{},
	}
	found := finding{File: one.Name, Kind: "compose", Errors: []string{}}
	project, err := loader.LoadWithContext(context.Background(), details, func(options *loader.Options) {
		options.SetProjectName("sample", true)
	})
	if err != nil {
		found.Errors = append(found.Errors, err.Error())
		return found
	}
	found.Name = project.Name
	return found
}
