// Package history stores deliveries in a SQLite file: every request that the
// emitter sends, and the response of the receiver.
//
// A delivery is written twice. [Store.Plan] commits the intent before the request is
// sent, and sets the number of the delivery; [Store.Finish] adds the outcome. A
// process may be killed at any moment: every request that was sent is in the history,
// and a delivery without an outcome has the state "unknown". A reader cannot
// distinguish a killed process from one that is still waiting, so a delivery that
// another process is sending is "unknown" too.
//
// Requests and responses are stored as the raw bytes of the wire and parsed on
// reading (package exchange). A lead's id, and the settings that deliveries share
// (webhook, URLs, scheme, edition, bot), are in tables of their own. The secret is
// never stored.
//
// Several processes may use one history at the same time. Within a process, one
// goroutine writes for all others, and commits in batches.
//
// [Store.Watch] yields deliveries as they are recorded, by any process. [Store.Stats]
// summarizes deliveries, and [Store.Prune] removes them and shrinks the file.
// [WriteLine] and [ReadLines] convert deliveries to and from lines of JSON without
// loss, and [Store.Import] adds them to a history.
//
// Package emitter sends deliveries, package exchange has the file formats of other
// tools. The caller decides on the path of the file.
package history
