"""An HTTP server with NTLM, of gss-ntlmssp: three legs on one connection, whatever the path.

A server on 127.0.0.1; its first line of output is the port. It offers the schemes NTLM, with bare
messages, and Negotiate, with SPNEGO around them, and answers who the client is, the method and the body.
A client that is known stays it on its connection.

It is a proxy too, for CONNECT and for requests with a whole URL, with 407 in place of 401. A response
that it has fetched says in X-Proxy-User who the client is.
"""

import base64
import select
import socket
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import gssapi

MECHS = {
    'NTLM': gssapi.OID.from_int_seq('1.3.6.1.4.1.311.2.2.10'),
    'Negotiate': gssapi.OID.from_int_seq('1.3.6.1.5.5.2'),
}
gssapi.SecurityContext.__DEFER_STEP_ERRORS__ = False
HOP = ('connection', 'proxy-connection', 'proxy-authorization', 'content-length', 'transfer-encoding')
# Straight to the server, whatever the environment says of proxies.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def relay(one, other):
    """Passes bytes on both ways until a side ends."""
    others = {one: other, other: one}
    while True:
        for ready in select.select([one, other], [], [])[0]:
            part = ready.recv(65536)
            if not part:
                return
            others[ready].sendall(part)


class Handler(BaseHTTPRequestHandler):
    """One of these for each connection."""

    protocol_version = 'HTTP/1.1'
    context = None
    client = None

    def do_GET(self):
        if self.path.startswith('http://'):
            return self.fetch()
        body = self.rfile.read(int(self.headers.get('Content-Length', 0))).decode()
        challenges = self.negotiate(self.headers.get('Authorization'))
        if self.client is None:
            self.answer(401, challenges, 'Who are you?')
        else:
            self.answer(200, challenges, f'{self.client} {self.command} {body}')

    do_POST = do_GET

    def do_CONNECT(self):
        if not self.knows_client_of_proxy():
            return
        host, _, port = self.path.rpartition(':')
        with socket.create_connection((host, int(port))) as target:
            self.send_response(200, 'Connection established')
            self.end_headers()
            relay(self.connection, target)
        self.close_connection = True

    def fetch(self):
        body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
        if not self.knows_client_of_proxy():
            return
        kept = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
        request = urllib.request.Request(self.path, body or None, kept, method=self.command)
        try:
            response = OPENER.open(request)
        except urllib.error.HTTPError as error:
            response = error
        content = response.read()
        self.send_response(response.status)
        for name, value in response.headers.items():
            if name.lower() not in HOP:
                self.send_header(name, value)
        self.send_header('X-Proxy-User', self.client)
        self.send_header('Content-Length', str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def knows_client_of_proxy(self):
        challenges = self.negotiate(self.headers.get('Proxy-Authorization'))
        if self.client is None:
            self.answer(407, challenges, 'Who are you?', 'Proxy-Authenticate')
        return self.client is not None

    def negotiate(self, value):
        if value is None:
            return [] if self.client else list(MECHS)
        scheme, _, token = value.partition(' ')
        self.client = None
        try:
            out = self.step(scheme, base64.b64decode(token))
        except gssapi.exceptions.GSSError:
            self.context = None
            return list(MECHS)
        return [f'{scheme} {base64.b64encode(out).decode()}'] if out else []

    def step(self, scheme, token):
        if self.context is None:
            mech = MECHS[scheme]
            creds = gssapi.Credentials(usage='accept', mechs=[mech])
            self.context = gssapi.SecurityContext(creds=creds, usage='accept')
        out = self.context.step(token)
        if self.context.complete:
            self.client = str(self.context.initiator_name).rstrip('\0')
            self.context = None
        return out

    def answer(self, status, challenges, text, header='WWW-Authenticate'):
        body = text.encode()
        self.send_response(status)
        for challenge in challenges:
            self.send_header(header, challenge)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
server.daemon_threads = True
print(server.server_address[1], flush=True)
server.serve_forever()
