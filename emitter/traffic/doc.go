// Package traffic sends the events of many conversations at the same time. It takes the events from a [Source] of the caller,
// sends each to the webhooks that want it, and counts the outcomes. The events of a lead stay in order at any concurrency.
//
// [Play] plays conversations to their end. [Load] sends at a rate or as fast as possible, and measures the responses;
// [LoadReport.Judge] compares its report with thresholds. [ExportK6] writes the same load as a script for k6.
package traffic
