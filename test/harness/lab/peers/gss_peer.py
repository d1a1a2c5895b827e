"""A GSS-API peer: an implementation of the same protocols that shares nothing with SSPI.

A TCP server on 127.0.0.1; its first line of output is the port. Each connection is one security
context in a process of its own. A request and its answer are a line of JSON each; bytes are base64.

  {"op": "open", "role": "initiator" | "acceptor", "mech": "krb5" | "spnego" | "ntlm", …} -> {}
      target            initiator: the service, as HTTP@localhost
      user, password    initiator: alice@CORP.TEST, for NTLM CORP\\alice; without: alice's tickets
      mechs             what SPNEGO may choose from
      flags             initiator: what to ask for, by python-gssapi's names
      channelBindings   the application data of the channel bindings
      clock             "+600s": how far the peer's clock is off. An initiator's can only be fast:
                        a slow one would find its own tickets not yet valid. For SPNEGO give mechs
                        too, or it falls back to NTLM.
  {"op": "step", "token": … | null} -> {"token": … | null, "done": bool}
      and when done: "initiator", "target", "mech", "flags", and "delegated": null, or whose
      credentials the initiator has delegated
  {"op": "openDelegated", "mech", "target", …} -> {}: what follows is of a new context, whose
      initiator has the delegated credentials of the one before
  {"op": "wrap", "message": …, "encrypt": bool} -> {"sealed": …, "encrypted": bool}
  {"op": "unwrap", "sealed": …} -> {"message": …, "encrypted": bool}
  {"op": "sign", "message": …} -> {"signature": …}
  {"op": "verify", "message": …, "signature": …} -> {}

A failure is {"error": {"major", "minor", "message", "token"}}: numbers of GSS-API where they are
its own, and the token that it wants sent to the other side, if any. The connection stays usable.
"""

import base64
import glob
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

import gssapi
from gssapi.raw import ChannelBindings, acquire_cred_with_password, set_neg_mechs

MECHS = {
    'krb5': gssapi.OID.from_int_seq('1.2.840.113554.1.2.2'),
    'spnego': gssapi.OID.from_int_seq('1.3.6.1.5.5.2'),
    'ntlm': gssapi.OID.from_int_seq('1.3.6.1.4.1.311.2.2.10'),
}
MECH_NAMES = {mech.dotted_form: name for name, mech in MECHS.items()}


def decode(text):
    return None if text is None else base64.b64decode(text, validate=True)


def encode(data):
    return None if data is None else base64.b64encode(data).decode()


# A failed step says so at once, with its token, and not at the next call.
gssapi.SecurityContext.__DEFER_STEP_ERRORS__ = False


class Peer:
    """One connection's security context, and the operations on it."""

    def __init__(self, connection):
        self.connection = connection
        self.context = None

    def open(self, request):
        if 'clock' in request:
            run_with_clock(self.connection, request)
        bindings = decode(request.get('channelBindings'))
        options = {
            'creds': credentials(request),
            'usage': 'initiate' if request['role'] == 'initiator' else 'accept',
            'channel_bindings': bindings and ChannelBindings(application_data=bindings),
        }
        if request['role'] == 'initiator':
            options.update(initiator_options(request))
        self.context = gssapi.SecurityContext(**options)
        return {}

    def step(self, request):
        token = self.context.step(decode(request.get('token')))
        answer = {'token': encode(token or None), 'done': self.context.complete}
        if self.context.complete:
            answer.update(self.established())
        return answer

    def established(self):
        context = self.context
        mech = MECH_NAMES.get(context.mech.dotted_form, context.mech.dotted_form)
        # An acceptor of gss-ntlmssp 1.2 dies of this question.
        nameless = mech == 'ntlm' and context.usage == 'accept'
        return {
            'initiator': text(context.initiator_name),
            'target': None if nameless else text(context.target_name),
            'mech': mech,
            'flags': [flag.name for flag in gssapi.RequirementFlag if flag in context.actual_flags],
            'delegated': delegated_name(context),
        }

    def open_delegated(self, request):
        delegated = self.context.delegated_creds
        if delegated is None:
            raise RuntimeError('The initiator has delegated nothing.')
        # SPNEGO does not find itself in delegated credentials, and is alice in silence.
        store = {'ccache': 'MEMORY:delegated'}
        delegated.store(store=store, usage='initiate', overwrite=True)
        mech = MECHS[request['mech']]
        creds = gssapi.Credentials(usage='initiate', store=store, mechs=[mech])
        self.context = gssapi.SecurityContext(creds=creds, **initiator_options(request))
        return {}

    def wrap(self, request):
        sealed = self.context.wrap(decode(request['message']), request.get('encrypt', True))
        return {'sealed': encode(sealed.message), 'encrypted': sealed.encrypted}

    def unwrap(self, request):
        opened = self.context.unwrap(decode(request['sealed']))
        return {'message': encode(opened.message), 'encrypted': opened.encrypted}

    def sign(self, request):
        return {'signature': encode(self.context.get_signature(decode(request['message'])))}

    def verify(self, request):
        self.context.verify_signature(decode(request['message']), decode(request['signature']))
        return {}


OPERATIONS = {
    name: getattr(Peer, name) for name in ('open', 'step', 'wrap', 'unwrap', 'sign', 'verify')
}
OPERATIONS['openDelegated'] = Peer.open_delegated


def initiator_options(request):
    return {
        'name': gssapi.Name(request['target'], gssapi.NameType.hostbased_service),
        'mech': MECHS[request['mech']],
        'flags': flag_set(request.get('flags', ['mutual_authentication'])),
    }


def delegated_name(context):
    if context.usage != 'accept' or context.delegated_creds is None:
        return None
    return text(context.delegated_creds.name)


def credentials(request):
    mech = MECHS[request['mech']]
    if request['role'] == 'acceptor':
        acquired = gssapi.Credentials(usage='accept', mechs=[mech])
    elif 'password' in request:
        name = gssapi.Name(request['user'], gssapi.NameType.user)
        password = request['password'].encode()
        raw = acquire_cred_with_password(name, password, mechs=[mech], usage='initiate').creds
        acquired = gssapi.Credentials(raw)
    else:
        acquired = gssapi.Credentials(usage='initiate', mechs=[mech])
    if 'mechs' in request:
        set_neg_mechs(acquired, [MECHS[name] for name in request['mechs']])
    return acquired


def text(name):
    """A name as text; gss-ntlmssp's ends in a zero byte."""
    return str(name).rstrip('\0')


def flag_set(names):
    flags = gssapi.IntEnumFlagSet(gssapi.RequirementFlag)
    for name in names:
        flags.add(gssapi.RequirementFlag[name])
    return flags


def run_with_clock(connection, request):
    """Goes on in the same process with a clock that is off.

    The tickets are fetched before, at the right time: the KDC refuses a wrong clock. And the
    Kerberos library must not put its clock right by the KDC's (kdc_timesync).
    """
    environment = dict(os.environ)
    if request['role'] == 'initiator' and request['mech'] != 'ntlm':
        environment['KRB5CCNAME'] = fetch_tickets(request)
    library = glob.glob('/usr/lib/*/faketime/libfaketime.so.1')[0]
    environment['LD_PRELOAD'] = library
    environment['FAKETIME'] = request['clock'].removesuffix('s')
    environment['KRB5_CONFIG'] = '/etc/krb5-no-timesync.conf:/etc/krb5.conf'
    kept = ('clock',) if request['mech'] == 'ntlm' else ('clock', 'user', 'password')
    rest = {name: value for name, value in request.items() if name not in kept}
    connection.set_inheritable(True)
    arguments = [sys.executable, __file__, str(connection.fileno()), json.dumps(rest)]
    os.execve(sys.executable, arguments, environment)


def fetch_tickets(request):
    cache = 'FILE:' + tempfile.mkstemp(prefix='clock-', dir=os.environ['GSS_PEER_FOLDER'])[1]
    if 'password' in request:
        run(['kinit', '-c', cache, request['user']], request['password'] + '\n')
    else:
        shutil.copyfile(os.environ['KRB5CCNAME'].removeprefix('FILE:'), cache.removeprefix('FILE:'))
    run(['kvno', '-c', cache, request['target'].replace('@', '/')], '')
    return cache


def run(command, text):
    done = subprocess.run(
        command, input=text, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if done.returncode != 0:
        raise RuntimeError(f'{command[0]}: {done.stdout.strip()}')


def answer_to(peer, request):
    try:
        return OPERATIONS[request['op']](peer, request)
    except gssapi.exceptions.GSSError as error:
        token = encode(getattr(error, 'token', None))
        numbers = {'major': error.maj_code, 'minor': error.min_code}
        return {'error': {**numbers, 'message': error.gen_message(), 'token': token}}
    except Exception as error:
        message = f'{type(error).__name__}: {error}'
        return {'error': {'major': None, 'minor': None, 'message': message, 'token': None}}


def serve(connection, first=None):
    peer = Peer(connection)
    # Unbuffered: what a later process has to read must not be lost with this one's buffer.
    lines = [] if first is None else [first]
    while True:
        line = lines.pop() if lines else read_line(connection)
        if not line:
            return
        answer = answer_to(peer, json.loads(line))
        connection.sendall(json.dumps(answer).encode() + b'\n')


def read_line(connection):
    """The next line, and not a byte of what follows it."""
    line = b''
    while not line.endswith(b'\n'):
        waiting = connection.recv(65536, socket.MSG_PEEK)
        if not waiting:
            return b''
        end = waiting.find(b'\n') + 1
        line += connection.recv(end or len(waiting))
    return line


def listen():
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    server = socket.create_server(('127.0.0.1', 0), backlog=128)
    print(server.getsockname()[1], flush=True)
    while True:
        connection, _ = server.accept()
        if os.fork() == 0:
            server.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            serve(connection)
            os._exit(0)
        connection.close()


if __name__ == '__main__':
    if len(sys.argv) > 1:
        serve(socket.socket(fileno=int(sys.argv[1])), sys.argv[2])
    else:
        listen()
