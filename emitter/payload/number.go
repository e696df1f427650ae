package payload

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
)

// appendDouble writes f as Newtonsoft does on .NET Framework and .NET Core 2, the runtimes of ArtiBot's samples: with up
// to 15 digits if they are exact, otherwise with 17. A whole number ends in ".0"; very large and very small numbers have
// the form 1E+15.
func appendDouble(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(dst, "null"...)
	}
	if f == 0 {
		return append(dst, "0.0"...) // also for -0.0
	}
	if whole := int64(f); float64(whole) == f && whole > -1e15 && whole < 1e15 {
		return append(strconv.AppendInt(dst, whole, 10), ".0"...)
	}
	var buf [32]byte
	precision := 15
	text := strconv.AppendFloat(buf[:0], math.Abs(f), 'e', -1, 64)
	if digits := bytes.IndexByte(text, 'e') - 1; digits > precision {
		precision = 17
		text = strconv.AppendFloat(buf[:0], math.Abs(f), 'e', precision-1, 64)
	}
	if f < 0 {
		dst = append(dst, '-')
	}
	return appendGeneral(dst, text, precision)
}

// appendGeneral writes text, which has the form d.ddde±dd, in .NET's general format with the given precision.
func appendGeneral(dst, text []byte, precision int) []byte {
	e := bytes.IndexByte(text, 'e')
	exponent, err := strconv.Atoi(string(text[e+1:]))
	if err != nil {
		panic("payload: invalid exponent from strconv: " + string(text))
	}
	var buf [20]byte
	digits := append(buf[:0], text[0])
	if e > 2 {
		digits = append(digits, text[2:e]...)
	}
	digits = bytes.TrimRight(digits, "0")
	switch point := exponent + 1; { // the number of digits before the decimal point
	case point > precision || point < -3:
		dst = append(dst, digits[0])
		if len(digits) > 1 {
			dst = append(append(dst, '.'), digits[1:]...)
		}
		return appendExponent(dst, exponent)
	case point <= 0:
		dst = append(append(dst, "0."...), "000"[:-point]...)
		return append(dst, digits...)
	case len(digits) <= point:
		dst = append(dst, digits...)
		for range point - len(digits) {
			dst = append(dst, '0')
		}
		return append(dst, ".0"...)
	default:
		return append(append(append(dst, digits[:point]...), '.'), digits[point:]...)
	}
}

func appendExponent(dst []byte, exponent int) []byte {
	sign := byte('+')
	if exponent < 0 {
		sign, exponent = '-', -exponent
	}
	dst = append(dst, 'E', sign)
	if exponent < 10 {
		dst = append(dst, '0')
	}
	return strconv.AppendInt(dst, int64(exponent), 10)
}

// IsNumber reports whether text is a JSON number, without white space.
func IsNumber(text string) bool {
	if text == "" || text[0] != '-' && (text[0] < '0' || text[0] > '9') {
		return false
	}
	return json.Valid([]byte(text))
}
