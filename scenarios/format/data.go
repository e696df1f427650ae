package format

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"strings"

	"artihook/emitter/text"
	"artihook/fixtures/yamlfile"

	"github.com/goccy/go-yaml/ast"
)

// row is a row of a data file.
type row struct {
	first  string // the value of the first column, for the label of the run
	values map[string]string
}

// table collects the rows of a data file.
type table struct {
	rows  []row
	cells int
}

// maxCells is the number of values in a data file.
const maxCells = 1_000_000

// begin adds a row without values.
func (t *table) begin() error {
	if len(t.rows) >= MaxWork {
		return fmt.Errorf("it has more than %d rows, the limit for one scenario", MaxWork)
	}
	t.rows = append(t.rows, row{values: map[string]string{}})
	return nil
}

// add adds a value to the last row.
func (t *table) add(name, value string) error {
	last := &t.rows[len(t.rows)-1]
	if t.cells++; t.cells > maxCells {
		return fmt.Errorf("it has more than %d values, the limit for one scenario", maxCells)
	}
	if _, twice := last.values[name]; twice || name == "" || strings.ContainsAny(name, "}\n\x00") {
		return fmt.Errorf("row %d: the name of a column is empty, occurs twice or contains a }", len(t.rows))
	}
	if len(last.values) == 0 {
		last.first = value
	}
	last.values[name] = value
	return nil
}

// parseRows parses a data file. The extension of its name selects the format. The error does not quote the file, which may be any file of this machine.
func parseRows(path string, data []byte) ([]row, error) {
	t := &table{}
	var err error
	data, _ = text.Decode(data)
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv":
		err = t.parseCSV(data)
	case ".json":
		err = t.parseJSON(data)
	case ".yaml", ".yml":
		err = t.parseYAML(data)
	default:
		err = errors.New("its name must end with .csv, .json, .yaml or .yml")
	}
	switch {
	case err != nil:
		return nil, err
	case len(t.rows) == 0:
		return nil, errors.New("it has no rows; add at least one")
	}
	return t.rows, nil
}

// parseCSV parses RFC 4180. The first record has the names of the columns.
func (t *table) parseCSV(data []byte) error {
	r := csv.NewReader(bytes.NewReader(data))
	names, err := r.Read()
	for err == nil {
		var record []string
		if record, err = r.Read(); err != nil {
			break
		}
		err = t.begin()
		for i := 0; err == nil && i < len(record); i++ {
			err = t.add(strings.TrimSpace(names[i]), record[i])
		}
	}
	if wrong := (*csv.ParseError)(nil); errors.As(err, &wrong) {
		return fmt.Errorf("line %d is not CSV: %w", wrong.Line, wrong.Err)
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

var errRowForm = errors.New(`it is not a list of objects, such as [{"name": "Ada"}]`)

// parseJSON parses a list of objects. A value that is not a text becomes its JSON.
func (t *table) parseJSON(data []byte) error {
	if !json.Valid(data) {
		return errRowForm
	}
	d := json.NewDecoder(bytes.NewReader(data))
	if begin, _ := d.Token(); begin != json.Delim('[') {
		return errRowForm
	}
	for d.More() {
		if begin, _ := d.Token(); begin != json.Delim('{') {
			return errRowForm
		}
		err := t.begin()
		for err == nil && d.More() {
			err = t.addJSON(d)
		}
		if err != nil {
			return err
		}
		_, _ = d.Token() // the end of the object
	}
	return nil
}

// addJSON adds the next key of an object with its value.
func (t *table) addJSON(d *json.Decoder) error {
	key, _ := d.Token()
	var raw json.RawMessage
	if err := d.Decode(&raw); err != nil {
		return errRowForm
	}
	value := string(raw)
	if raw[0] == '"' {
		_ = json.Unmarshal(raw, &value)
	}
	return t.add(fmt.Sprint(key), value)
}

// parseYAML parses a list of maps. A value that is not a text becomes its JSON.
func (t *table) parseYAML(data []byte) error {
	d := &decoder{Reader: yamlfile.NewReader("", data), fields: map[reflect.Type][]field{}}
	list, ok := d.Document("data file", "rows").(*ast.SequenceNode)
	if !ok {
		return errRowForm
	}
	for _, entry := range list.Values {
		m, ok := entry.(*ast.MappingNode)
		if !ok {
			return errRowForm
		}
		if err := t.begin(); err != nil {
			return err
		}
		for _, pair := range m.Values {
			key, _ := yamlfile.Scalar(pair.Key)
			value, ok := yamlfile.Scalar(pair.Value)
			if !ok {
				value = string(d.json(nil, pair.Value))
			}
			if err := t.add(key, value); err != nil {
				return err
			}
		}
	}
	if len(d.Diagnostics) > 0 {
		return errRowForm
	}
	return nil
}
