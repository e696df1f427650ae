// Package format reads scenario files. [Parse] reads one file, [Load] several with the files that they include, and
// [LoadLibrary] one of the ready scenarios. The error of all three is yamlfile.Diagnostics, with every problem of the files.
// [Schema] returns the JSON Schema for editors, and [Recorder] writes a scenario. Package scenarios runs them.
//
// The yaml and doc tags of the types are the only description of the format; the reader and the schema follow them. The tag
// need marks a required key. Of the keys with the same one tag, exactly one is required. A ${name} in a text is a variable;
// its value is filled in when the scenario runs.
package format
