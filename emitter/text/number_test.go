package text

import (
	"math"
	"testing"
	"time"
)

func TestShortDuration(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0s", 310 * time.Microsecond: "310µs", 3149 * time.Microsecond: "3.1ms", 1234 * time.Millisecond: "1.23s",
		61499 * time.Millisecond: "1m1s", -3149 * time.Microsecond: "-3.1ms",
	} {
		if got := ShortDuration(d); got != want {
			t.Errorf("%d: got %q, want %q", d, got, want)
		}
	}
}

func TestByteSize(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{
		0: "0 B", 999: "999 B", 1000: "1.0 KB", 1649: "1.6 KB", 999_949: "999.9 KB", 999_950: "1.0 MB", 2_400_000_000: "2.4 GB",
		math.MaxInt64: "9223372.0 TB",
	} {
		if got := ByteSize(n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}

func TestCounted(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		"0 deliveries": Counted(0, "delivery"), "1 delivery": Counted(int64(1), "delivery"), "2 steps": Counted(uint64(2), "step"),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestDecimal(t *testing.T) {
	t.Parallel()
	for f, want := range map[float64]string{0: "0", 1.5: "1.5", 1e21: "1000000000000000000000", 1e-7: "0.0000001"} {
		if got := Decimal(f); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
