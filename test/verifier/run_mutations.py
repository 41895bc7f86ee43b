"""Judges many files in one process, for tests. Each line of standard input asks, each line of standard output answers, both in JSON.

A question names a file, and may cut it up and put it together again: {"file", "pieces"?: [[start, end] or "base64" ...], "after"?, "key"?}.
The answer is the refusal or {"ok": true}, with the seconds of CPU that it took and the most memory (bytes) that was ever held.
"""
import base64, functools, json, pathlib, re, resource, sys, time
import verify_snapshot


@functools.lru_cache(maxsize=1)
def whole(path):
    return pathlib.Path(path).read_bytes()


def source(question):
    if 'pieces' not in question:
        return verify_snapshot.open_file(question['file'])
    file = whole(question['file'])
    pieces = [base64.b64decode(piece) if isinstance(piece, str) else file[piece[0]:piece[1]] for piece in question['pieces']]
    content = b''.join(pieces)
    return lambda offset, length: content[offset:offset + length], len(content)


def judged(question):
    try:
        snapshot = verify_snapshot.verify(*source(question), question.get('key', ''))
        if 'after' in question:
            snapshot.check_extension(*verify_snapshot.open_file(question['after']))
        return {'ok': True}
    except verify_snapshot.Refusal as refusal:
        return refusal.report


def peak():
    """What Linux counts for `ru_maxrss` begins with the process that started this one; it also tells this one's alone."""
    try:
        return int(re.search(r'VmHWM:\s*(\d+)', pathlib.Path('/proc/self/status').read_text())[1]) * 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == 'darwin' else 1024)


for line in sys.stdin:
    started = time.process_time()
    answer = judged(json.loads(line))
    print(json.dumps({**answer, 'seconds': time.process_time() - started, 'peak': peak()}), flush=True)
