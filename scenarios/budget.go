package scenarios

import (
	"fmt"
	"sync/atomic"
)

// The limits of the texts that a scenario makes while it runs, in bytes.
const (
	maxText      = 16 << 20  // of one text with its variables expanded
	maxGenerated = 128 << 20 // of all texts and bodies
)

// budget counts the bytes of the texts and bodies of a scenario. It is safe for concurrent use.
type budget struct{ spent atomic.Int64 }

func (b *budget) spend(bytes int) error {
	if b.spent.Add(int64(bytes)) > maxGenerated {
		return fmt.Errorf("the texts, variables and bodies of this scenario come to more than %d MiB, the limit for one scenario", maxGenerated>>20)
	}
	return nil
}
