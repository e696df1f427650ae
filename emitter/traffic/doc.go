// Package traffic keeps many conversations in flight: it takes events from a source that the caller gives, sends each to
// the webhooks that want it, and counts what came back. A lead's events stay in order whatever the concurrency.
package traffic
