"""A receiver of ArtiBot's webhooks for Python, without packages. It verifies the signature of each event and prints the event."""
import hashlib, hmac, json, os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps connections open

    def do_POST(self):
        body = self.read_body()  # the raw bytes
        origin = os.environ.get("PUBLIC_ORIGIN") or "http://" + self.headers["Host"]
        message = f"POST&{origin}{self.path}&".encode() + body
        expected = hmac.new(os.environ["SECRET"].encode(), message, hashlib.sha1).hexdigest()
        received = self.headers.get("x-artibot-signature", "").lower()
        if not hmac.compare_digest(received.encode(), expected.encode()):
            return self.respond(401)
        try:
            event = json.loads(body)
        except ValueError:
            return self.respond(400)
        print(json.dumps(event))  # in ASCII: a terminal of Windows cannot show every character
        self.respond(204)

    def read_body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        chunks = []  # from a tunnel or a proxy that passes the body on while it arrives
        while size := int(self.rfile.readline(100).split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline(100)  # the end of the line
        while self.rfile.readline(10000).strip():  # trailers
            pass
        return b"".join(chunks)

    def do_GET(self):
        self.respond(405)

    do_HEAD = do_GET

    def respond(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


class Server(ThreadingHTTPServer):
    request_queue_size = 128  # connections that wait to be accepted; the default of 5 is too low for many visitors


Server(("localhost", int(os.environ.get("PORT", 3000))), Receiver).serve_forever()
