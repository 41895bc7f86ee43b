#!/usr/bin/env python3
"""A second verifier of Muster's snapshot files, written from shared/snapshot/FORMAT.md alone; (n) is a section of that page.
    verify_snapshot.py FILE [--key FINGERPRINT] [--after OLDER] [--json]
Exit code 0: all that was checked holds. 1: refused, one line names the first bad part, entry or line. 2: bad use.
It needs Python 3.11 and `cryptography` (for Ed25519), no network, and no trust in whoever sent the file. Of what Muster derived (6) it
recomputes the random sample alone. It holds one part in memory at a time, and a few hashes per entry and record version."""
import argparse, base64, collections, functools, hashlib, io, itertools, json, operator, os, re, struct, sys, zlib
from decimal import Decimal
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
MIB = 1024 * 1024
ORDER = ('README.txt', 'ledger/', 'records/', 'statuses/', 'policy.json', 'people.json', 'population.json', 'gaps.json', 'register/',
         'findings/', 'report.html', 'manifest.json', 'manifest.sig')  # a series may be empty, but not the ledger
PART_NAME = r'README\.txt|[a-z0-9]+(/[0-9]{4})?\.(bin|ndjson|json|sig|html)'
NOT_CHECKED = ('Not recomputed: the register, findings, people, policy and gaps are as the holder of the key shipped them.',
               'Not to be known from a file: whether the key is the one you expect, and whether anything newer exists.')
class Refusal(Exception):
    """Why a file is refused, and where (9). Holds no text of the file but names of parts."""
    def __init__(self, code, message, part=None, place=None, line=None):
        self.where = {name: value for name, value in (('part', part), ('place', place), ('line', line)) if value is not None}
        self.report = {'code': code, 'message': message, **self.where}
        super().__init__(': '.join(filter(None, (code, ', '.join(f'{name} {value}' for name, value in self.where.items()), message))))
def require(holds, code, message, *part, **where):
    if not holds:
        raise Refusal(code, message, *part, **where)
def sha256(content): return hashlib.sha256(content).digest()
def is_signed(key, purpose, message, signature):
    try:
        return Ed25519PublicKey.from_public_bytes(raw(key)).verify(signature, purpose + b'\0' + message) is None
    except (InvalidSignature, ValueError):
        return False
def agreed(space, key, link):
    """Whether both keys say that the other takes over, and it is `key` (2)."""
    message = json.dumps({'from': link['from'], 'space': space, 'to': key}, separators=(',', ':')).encode()
    signed = ((link['from'], link['endorsement']), (key, link['proof']))
    return link['to'] == key and all(is_signed(one, b'muster/rekey/1', message, raw(signature)) for one, signature in signed)
# ---- Canonical JSON (RFC 8785): strings, numbers and members have one spelling each, and nothing stands between them
PLAIN, EXPONENT = r'-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?', r'-?[1-9](\.[0-9]*[1-9])?e[+-][1-9][0-9]*'
STRING = rb'"(?:[^"\\\x00-\x1f]|\\["\\bfnrt]|\\u00(?:0[0-7bef]|1[0-9a-f]))*+"'
TOKENS = re.compile(rb'(?:%b|[][{},:]|[0-9.eE+-]++|true|false|null)*+' % STRING)
def number(text):
    """A double as ECMAScript prints it: with the fewest digits that read back as the same double, which are those of repr."""
    value = float(text[:26])
    form = PLAIN if value == 0 or 1e-6 <= abs(value) < 1e21 else EXPONENT
    if not re.fullmatch(form, text) or text == '-0' or Decimal(text) != Decimal(repr(value)):
        raise ValueError('another spelling of a number')
    return int(value) if value.is_integer() else value
def members(pairs):
    names = [name.encode('utf-16-be') for name, _ in pairs]
    if any(map(operator.ge, names, names[1:])):
        raise ValueError('members that are not in order, or there twice')
    return dict(pairs)
def depth(value):
    return 1 + max(map(depth, value.values() if type(value) is dict else value), default=0) if type(value) in (dict, list) else 0
def is_bounded(content):
    """A string of more than a mebibyte lies over a multiple of one: between two quotation marks, of which the first is an odd one."""
    plain = content.replace(b'\\\\', b'__').replace(b'\\"', b'__')
    ends = ((plain.rfind(b'"', 0, at), plain.find(b'"', at)) for at in range(MIB, len(plain), MIB))
    return sum(map(content.count, (b',', b'[', b'{'))) <= 2_000_000 and not any(
        last - first > MIB + 1 and plain.count(b'"', 0, first + 1) % 2 for first, last in ends)
def parse(content):
    """The value of canonical JSON, or None."""
    try:
        value = READ_JSON(content.decode()) if is_bounded(content) and TOKENS.fullmatch(content) else None
        return value if depth(value) <= 64 else None
    except (ValueError, RecursionError):
        return None
READ_JSON = json.JSONDecoder(object_pairs_hook=members, parse_float=number,
                             parse_int=lambda text: int(text) if len(text) < 16 and text != '-0' else number(text)).decode
# ---- Shapes: functions that say whether a value has them
def among(*values): return lambda value: any(type(value) is type(one) and value == one for one in values)
def spelled(pattern): return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None
def text(most=2**32, least=0): return lambda value: isinstance(value, str) and least <= len(value) <= most
def whole(most=2**53 - 1, least=0): return lambda value: type(value) is int and least <= value <= most
def many(item, most=2**32, least=0): return lambda value: type(value) is list and least <= len(value) <= most and all(map(item, value))
def base64url(size): return lambda value: isinstance(value, str) and len(raw(value)) == size
def is_object(value): return type(value) is dict
def shape(optional={}, **required):
    """An object with exactly these members, where those of `optional` may be absent."""
    known = {**required, **optional}
    return lambda value: (is_object(value) and required.keys() <= value.keys() <= known.keys()
                          and all(known[name](member) for name, member in value.items()))
@functools.lru_cache(maxsize=4096)
def raw(text):
    """The bytes of base64url in its one spelling; none of any other."""
    content = base64.urlsafe_b64decode(text + '=' * (-len(text) % 4)) if re.fullmatch('[A-Za-z0-9_-]{43}|[A-Za-z0-9_-]{86}', text) else b''
    return content if base64.urlsafe_b64encode(content).decode().rstrip('=') == text else b''
COUNT, HEX_32, HASH = whole(), spelled('[0-9a-f]{32}'), spelled('[0-9a-f]{64}')
INSTANT = spelled(r'[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z')
LINE = {'at': INSTANT, 'place': COUNT, 'source': spelled('[a-z0-9][a-z0-9._-]{0,62}')}
RECORD = shape(**LINE, hash=HASH, id=text(2048, 1), record=is_object, run=COUNT)
STATUS, REMOVAL = shape(**LINE, status=is_object), shape(**LINE, removed=among(True, False))
MANIFEST = shape(
    {'draw': shape(seed=text(200, 1), size=whole(100_000, 1)), 'succession': many(shape(
        **{'from': base64url(32)}, to=base64url(32), endorsement=base64url(64), proof=base64url(64)), 1000, 1)},
    format=among('muster-snapshot'), v=among(1), space=HEX_32, name=text(2048), sample=among(True, False), software=text(64), epoch=COUNT,
    serverKey=base64url(32), place=whole(least=1), restores=many(shape(at=COUNT, epoch=COUNT), 1000), asOf=INSTANT, created=INSTANT,
    by=shape(name=text(2048), person=HEX_32), head=shape(at=INSTANT, epoch=COUNT, place=COUNT, root=HASH, signature=base64url(64)),
    private=among('left out', 'included'), leftOut=many(shape(label=text(2048), records=COUNT, source=LINE['source']), 10_000),
    query=shape({'where': text(4096), 'include': many(among('excluded', 'archived', 'parties', 'workloads'))}, text=text(4096)),
    parts=many(shape(name=spelled(PART_NAME), size=COUNT, sha256=HASH, packed=COUNT, packedSha256=HASH), 4096))
ENTRY = shape({'group': text(64)}, acts=many(lambda act: is_object(act) and text()(act.get('kind')), 500, 1), at=INSTANT, v=among(1),
              device=base64url(32), prev=lambda id: id is None or HASH(id), seen=shape(epoch=COUNT, place=COUNT, root=HASH), space=HEX_32)
RECEIPT = shape({'void': lambda it: is_object(it) and all(map(spelled('[0-9]{1,3}'), it)) and all(map(text(), it.values()))}, at=INSTANT)
# ---- The archive (1): every byte that is not packed content has one spelling, so headers are written again and compared
Part = collections.namedtuple('Part', 'name method crc packed size header start')
def headers(part):
    """The local header of a part and its record in the central directory, as they must be."""
    same = struct.pack('<5H3I2H', 20, 0x0800, part.method, 0, 0x21, part.crc, part.packed, part.size, len(part.name), 0)
    name, offset = part.name.encode(), struct.pack('<3HIQ', 0, 0, 0, 0, part.header)[:14]
    return struct.pack('<I', 0x04034b50) + same + name, struct.pack('<IH', 0x02014b50, 20) + same + offset + name
def after(turn, number, name):
    """Whose turn it is after `name`: a step of ORDER, and how many of its series were there; None when `name` is out of turn."""
    for step in range(turn, len(ORDER)):
        series, wanted = ORDER[step].endswith('/'), number + 1 if step == turn else 1
        if name == (f'{ORDER[step]}{wanted:04d}.{"bin" if step == 1 else "ndjson"}' if series else ORDER[step]):
            return (step, wanted) if series else (step + 1, 0)
        if not series or (step, wanted) == (1, 1):
            return None
def directory_record(read, at, end, header, turn):
    """The part that the record at `at` of the central directory stands for, and whose turn it is then."""
    fixed = read(at, 46) if at + 46 <= end else bytes(46)
    method, crc, packed, size, length = struct.unpack('<10xH4x3IH16x', fixed)
    name = (read(at + 46, length) if at + 46 + length <= end and length <= 20 else b'').decode('latin-1')
    require(spelled(PART_NAME)(name), 'archive', 'a record of the directory names no part')
    part, turn = Part(name, method, crc, packed, size, header, header + 30 + length), after(*turn, name)
    sound = turn and (method == 0 and packed == size if name in ORDER[-2:] else method == 8)
    require(sound and fixed + name.encode() == headers(part)[1], 'archive', 'its record in the directory is not as it must be', name)
    require(max(size, packed) <= 64 * MIB and (size <= MIB or size <= 200 * packed), 'too large', 'it is larger than a part may be', name)
    return part, turn
def directory(read, size):
    require(size < 2**32, 'too large', 'the file is larger than a snapshot may be')
    end = size - 22
    signature, disk, first, here, total, length, offset, comment = struct.unpack('<I4H2IH', read(end, 22) if end >= 0 else bytes(22))
    require((signature, disk, first, here, comment) == (0x06054b50, 0, 0, total, 0), 'archive', 'the file does not end as a snapshot ends')
    require(total <= 4096, 'too large', 'there are more parts than a snapshot may have')
    require(offset + length == end, 'archive', 'the directory does not lie before the end')
    parts, at, header, turn = [], offset, 0, (0, 0)
    for _ in range(total):
        part, turn = directory_record(read, at, end, header, turn)
        parts.append(part)
        at, header = at + 46 + len(part.name), part.start + part.packed
    require(turn[0] == len(ORDER) and (at, header) == (end, offset), 'archive', 'parts are missing, or there is more than the parts')
    require(sum(part.size for part in parts) <= max(64 * MIB, 50 * size), 'too large', 'its parts would inflate to far more than it holds')
    for part in parts:
        require(read(part.header, part.start - part.header) == headers(part)[0], 'archive', 'its local header is not as the directory says', part.name)
    return parts
class Snapshot:
    """A file whose archive, manifest and signature hold (1, 2). `read(offset, length)` gives exactly those bytes of the file."""
    KINDS = ('genesis', 'entry malformed', 'entry signature', 'entry order', 'witness')
    def __init__(self, read, size, key=''):
        self.read, self.parts = read, directory(read, size)
        manifest, signature = self.parts[-2:]
        content = manifest.size <= 4 * MIB and self.content(manifest) or b''
        self.manifest = said = parse(content)
        newer = is_object(said) and type(said.get('v')) in (int, float) and said['v'] != 1
        require(not newer, 'newer format', 'this verifier knows version 1', manifest.name)
        require(MANIFEST(said), 'manifest', 'it is not as a manifest must be', manifest.name)
        signed = is_signed(said['serverKey'], b'muster/snapshot/1', content, signature.size == 64 and self.content(signature) or b'')
        require(signed, 'manifest signature', 'it does not sign the manifest with the key that is named there', signature.name)
        self.fingerprint, chain = sha256(raw(said['serverKey'])).hex(), said.get('succession', [])
        self.keys = [*(link['from'] for link in chain), said['serverKey']]
        linked = len({*self.keys}) == len(self.keys) and all(agreed(said['space'], key, link) for key, link in zip(self.keys[1:], chain))
        require(linked, 'succession', 'the keys do not lead from the first one to the one that signed', manifest.name)
        require(self.fingerprint.startswith(key), 'another key', 'the file is signed with another key than the one you expect')
        self.place, self.subtrees, self.roots, self.ids, self.faults = 0, [], [sha256(b'')], set(), {}
    def content(self, part):
        """What a part holds, None when its header says otherwise. At most one byte too many is ever inflated."""
        packed, inflater = self.read(part.start, part.packed), zlib.decompressobj(-15)
        try:
            content = inflater.decompress(packed, part.size + 1) if part.method else packed
        except zlib.error:
            return None
        ended = not part.method or inflater.eof and not inflater.unused_data
        return content if ended and len(content) == part.size and zlib.crc32(content) == part.crc else None
    def check_parts(self):
        said, held = self.manifest['parts'], self.parts[:-2]
        listed, found = [(one['name'], one['size'], one['packed']) for one in said], [(part.name, part.size, part.packed) for part in held]
        for one, other in itertools.zip_longest(listed, found):
            require(one == other, 'parts', 'the manifest lists other parts', (other or one)[0])
        for one, part in zip(said, held):
            packed = self.read(part.start, part.packed)
            require(sha256(packed).hex() == one['packedSha256'], 'parts', 'its bytes are not those that were signed', part.name)
        for one, part in zip(said, held):
            found = self.content(part)
            require(found is not None and sha256(found).hex() == one['sha256'], 'parts', 'its content is not what was signed', part.name)
    def series(self, name):
        return ((part.name, self.content(part)) for part in self.parts if part.name.startswith(name))
    def check_ledger(self):
        """Walks over every value once (3). Kinds of faults are judged one after the other, so the lowest place of each is kept."""
        for part, content in self.series('ledger/'):
            at = 0
            while at < len(content):
                self.place, start = self.place + 1, at + 4
                at = start + int.from_bytes(content[at:start], 'big')
                require(256 <= at - start <= 327_681 and at <= len(content), 'entry malformed', 'the frame does not fit', part, self.place)
                for kind in self.faults_of(content[start:at]):
                    self.faults.setdefault(kind, (part, self.place))
                self.grow(sha256(b'\0' + content[start:at]))
        self.check_head(**self.manifest['head'])
        for kind in self.KINDS:
            require(kind not in self.faults, kind, 'the entry is not as the format says', *self.faults.get(kind, ()))
    def grow(self, node):
        """RFC 6962, 2.1: complete subtrees, the largest first; the root joins them from the right."""
        leaves = self.place
        while leaves % 2 == 0:
            node, leaves = sha256(b'\1' + self.subtrees.pop() + node), leaves // 2
        self.subtrees.append(node)
        self.roots.append(functools.reduce(lambda right, left: sha256(b'\1' + left + right), reversed(self.subtrees)))
    def check_head(self, signature, **head):
        found = {'root': self.roots[-1].hex(), 'place': self.place, 'epoch': self.manifest['epoch']}
        require(head == {'at': head['at'], **found} and self.place == self.manifest['place'], 'head root', 'it stands for other entries')
        message = json.dumps({**head, 'space': self.manifest['space']}, sort_keys=True, separators=(',', ':')).encode()
        require(is_signed(self.manifest['serverKey'], b'muster/head/1', message, raw(signature)), 'head signature', 'it is not signed so')
    def faults_of(self, value):
        start = 2 + int.from_bytes(value[:2], 'big')
        signature, body = value[start:start + 64], value[start + 64:]
        entry = parse(body) if len(value) - start <= 262_144 and RECEIPT(parse(value[2:start])) else None
        if not ENTRY(entry) or entry['space'] != self.manifest['space']:
            return self.KINDS[self.place > 1:2]
        genesis = {'kind': 'genesis', 'serverKey': self.keys[0], 'space': self.manifest['space']}
        identity, prev = sha256(b'muster/entry/1\0' + body), entry['prev']
        holds = (self.place > 1 or genesis in entry['acts'] and entry['device'] == genesis['serverKey'],
                 True, is_signed(entry['device'], b'muster/entry/1', body, signature),
                 identity not in self.ids and (prev is None or bytes.fromhex(prev) in self.ids), self.is_witness(**entry['seen']))
        self.ids.add(identity)
        return [kind for kind, held in zip(self.KINDS, holds) if not held]
    def is_witness(self, epoch, place, root):
        gone = any(restore['epoch'] > epoch and restore['at'] < place for restore in self.manifest['restores'])
        return epoch <= self.manifest['epoch'] and (gone or place < self.place and self.roots[place].hex() == root)
    def lines(self, series):
        """Part, number and bytes of each line, with its line feed."""
        return ((part, number, line) for part, content in self.series(series) for number, line in enumerate(io.BytesIO(content), 1))
    def check_lines(self, series, *shapes):
        """Records and statuses (4, 5)."""
        least = 0
        for part, number, line in self.lines(series):
            value = parse(line[:-1]) if line.endswith(b'\n') else None
            sound = any(shape(value) for shape in shapes) and least <= value['place'] <= self.manifest['place']
            require(sound, 'record hash', 'the line is not as it must be', part, line=number)
            least, record = value['place'], line[line.find(b',"record":') + 10:line.rfind(b',"run":')]
            require(value.get('hash') in (None, sha256(record).hex()), 'record hash', 'the record has another hash', part, line=number)
    def check_sample(self):
        """The rows that were drawn (6): whoever knows the seed draws the same."""
        part, draw = 'population.json', self.manifest.get('draw')
        population = next(parse(content) for _, content in self.series(part))
        require(is_object(population) and many(text())(population.get('ids')), 'sample', 'it lists no ids', part)
        order = sorted(population['ids'], key=lambda row: sha256(f'{draw["seed"]}\n{row}'.encode()).hex()) if draw else []
        expected = {'sample': {'ids': order[:draw['size']], 'method': 'sha256-order', **draw}} if draw else {}
        found = {name: value for name, value in population.items() if name == 'sample'}
        require(json.dumps(found, sort_keys=True) == json.dumps(expected), 'sample', 'the sample is not the one that the seed draws', part)
    def check_extension(self, read, size, code='not an extension'):
        """That this snapshot, when it was verified, only adds to an older one (7)."""
        try:
            older = verify(read, size)
        except Refusal as refusal:
            raise Refusal(code, 'the older file is refused: ' + str(refusal), **refusal.where) from None
        new, old = self.manifest, older.manifest
        require(new['space'] == old['space'] and self.keys[:len(older.keys)] == older.keys, code, 'it is of another space or server')
        require(new['epoch'] >= old['epoch'] and new['place'] >= old['place'], code, 'the older file goes further')
        require(self.roots[old['place']] == older.roots[-1], code, 'the older file tells another past')
        left_out, held = {one['source'] for one in new['leftOut']}, {sha256(line) for _, _, line in self.lines('records/')}
        for part, number, line in older.lines('records/'):
            require(sha256(line) in held or parse(line[:-1])['source'] in left_out, code, 'the newer file lacks this', part, line=number)
# ---- The command line
def verify(read, size, key=''):
    """The snapshot, of which everything was checked but NOT_CHECKED. @raises Refusal"""
    snapshot = Snapshot(read, size, key)
    snapshot.check_parts()
    snapshot.check_ledger()
    snapshot.check_lines('records/', RECORD)
    snapshot.check_lines('statuses/', STATUS, REMOVAL)
    snapshot.check_sample()
    return snapshot
def open_file(path):
    file = open(path, 'rb')
    return lambda offset, length: os.pread(file.fileno(), length, offset), os.fstat(file.fileno()).st_size
def main():
    parser = argparse.ArgumentParser(description='Verifies a snapshot of Muster.')
    parser.add_argument('file')
    parser.add_argument('--key', default='', help='the fingerprint of the key that you expect, or its first 32 digits')
    parser.add_argument('--after', metavar='OLDER', help='an older snapshot, to which this one must only add')
    parser.add_argument('--json', action='store_true')
    use = parser.parse_args()
    key = re.sub(r'[\s:.-]', '', use.key).lower()
    if use.key and not re.fullmatch('[0-9a-f]{32,64}', key):
        parser.error('--key takes the first 32 digits of a fingerprint, or more')
    try:
        snapshot = verify(*open_file(use.file), key)
        if use.after:
            snapshot.check_extension(*open_file(use.after))
    except (OSError, struct.error) as problem:
        parser.error(f'cannot read a file: {problem}')
    except Refusal as refusal:
        sys.exit(print(json.dumps({'ok': False, **refusal.report}) if use.json else refusal) or 1)
    figures = {'fingerprint': snapshot.fingerprint, 'place': snapshot.place, 'parts': len(snapshot.parts)}
    sound = 'Sound: {place} entries and {parts} parts, signed with the key {fingerprint}.'.format(**figures)
    print(json.dumps({'ok': True, **figures, 'notChecked': NOT_CHECKED}) if use.json else '\n'.join((sound, *NOT_CHECKED)))
if __name__ == '__main__': main()
