package text

import "fmt"

// ByteSize returns n bytes for people, with decimal units: 512 B, 1.6 KB, 2.4 GB.
func ByteSize[N int | int64 | uint64](n N) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	f, unit := float64(n), 0
	for f >= 999.95 && unit < 4 {
		f, unit = f/1000, unit+1
	}
	return fmt.Sprintf("%.1f %cB", f, " KMGT"[unit])
}
