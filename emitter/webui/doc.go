// Package webui serves the delivery history as web pages and as an API for tests: a list that updates as deliveries are
// made, the conversation of a lead, a single delivery, and forms that send. openapi.json describes the API.
//
// It holds an http.Handler with its templates and assets. Pages are rendered on the server and work without
// JavaScript; a script keeps the list up to date and adds keys. A job is work that takes longer than a request:
// conversations, a scenario, an examination. The package does not hold the listening socket, flags, or how an event is
// generated, signed, sent and stored.
//
// Text from payloads and responses is data and never acts on a page: templates escape it, and the
// Content-Security-Policy allows only the package's own assets. A request for another host name is rejected (DNS
// rebinding), and so is a POST from another site. Secrets sign requests and are never shown.
package webui
