// Package page shows the delivery history as a web page for one person on one
// machine: a list that new deliveries enter as they happen, a lead's
// conversation, a delivery whole, and forms that send.
//
// What lives here: an http.Handler with its templates and assets. Pages are
// made by the server and work without JavaScript; a little of it makes the list
// live. What does not live here: the listening socket, flags, and everything
// about how an event is made, signed, sent or kept.
//
// Whatever a payload or a receiver has said may stand on a page, but never acts
// there: templates escape it, and the Content-Security-Policy forbids what the
// page did not bring itself. A request under a foreign host name is refused
// (DNS rebinding), and so is a POST from another site. Secrets sign, and are
// shown nowhere.
package page
