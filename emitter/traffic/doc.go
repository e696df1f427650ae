// Package traffic keeps many conversations in flight: it takes events from a source that the caller gives, sends each to
// the webhooks that want it, and counts what came back. A lead's events stay in order whatever the concurrency.
//
// [Play] plays conversations to their end. [Load] sends at a rate, or as fast as the receiver answers, measures, and judges
// by thresholds. [ExportK6] writes the same load as a script for k6.
package traffic
