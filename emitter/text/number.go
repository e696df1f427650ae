package text

import (
	"fmt"
	"strconv"
	"strings"
)

// Counted returns n and the noun, in the plural unless n is 1: 1 delivery, 2 deliveries.
func Counted[N int | int64 | uint64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %s", n, Plural(noun))
}

// Plural returns the plural of a noun: deliveries for delivery.
func Plural(noun string) string {
	if stem, ok := strings.CutSuffix(noun, "y"); ok {
		return stem + "ies"
	}
	return noun + "s"
}

// Decimal returns the shortest decimal number, without an exponent, that is parsed as f.
func Decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
