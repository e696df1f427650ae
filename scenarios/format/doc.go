// Package format reads scenario files. [Parse] reads one file, [Load] several with the files that they include, and
// [LoadLibrary] one of the ready scenarios. The error of all three is [yamlfile.Diagnostics], with every problem of the files.
// [Schema] returns the JSON Schema for editors, and [Recorder] writes a scenario. Package scenarios runs them.
//
// The yaml and doc tags of the types are the only description of the format; the decoder and the schema follow them. The
// tag need marks a required key. Exactly one of the keys with the same one tag is required, and at least one of
// those with the same some tag. A ${name} in a text is a
// variable; the runner replaces it by its value.
package format
