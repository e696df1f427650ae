package cmd

import "testing"

func runPipelines(t *testing.T, file string) {}
