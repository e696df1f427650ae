package scenarios

import (
	"fmt"
	"sync/atomic"

	"artihook/scenarios/format"
)

// maxText is the size in bytes of one text with its variables filled in.
const maxText = 16 << 20

// budget counts the bytes that a scenario has made while it runs. It is safe for concurrent use.
type budget struct{ spent atomic.Int64 }

func (b *budget) spend(bytes int) error {
	if b.spent.Add(int64(bytes)) > format.MaxBytes {
		return fmt.Errorf("the texts, variables, bodies and included files of this scenario come to more than %d MiB, the limit for one scenario", format.MaxBytes>>20)
	}
	return nil
}
