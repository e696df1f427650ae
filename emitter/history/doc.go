// Package history keeps deliveries in a SQLite file: every request that the
// emitter sends, and the response of the receiver.
//
// A delivery is written twice. [Store.Plan] commits the intent before the
// request leaves and gives the delivery its number; [Store.Finish] adds the
// outcome once it is known. A process may be killed at any moment: a delivery
// whose outcome was never written reads as state "unknown", and no request that
// left is missing. Reading cannot tell "killed" from "still under way in another
// process", so a delivery in flight reads as "unknown" too until its outcome is
// there.
//
// Requests and responses are kept as the raw bytes of the wire and parsed when
// they are read (package exchange). A lead's id, and the settings that
// deliveries share (webhook, URLs, scheme, edition, bot), are in tables of
// their own.
// The secret never comes here.
//
// Several processes may use one history at the same time. Within a process, one
// goroutine writes for everybody: what waits is committed together.
//
// [Store.Watch] yields deliveries as they are recorded, whichever process sends them.
// Deliveries can be summed up ([Store.Stats]), removed so that the file shrinks
// ([Store.Prune]), and taken along: [WriteLine] and [ReadLines] are their form as
// lines of JSON, which loses nothing, and [Store.Import] takes them in again.
//
// What does not live here: sending, other tools' file formats (package exchange),
// and where the file lies.
package history
