"""Judges many files in one process, for tests. Each line of standard input asks, each line of standard output answers, both in JSON.

A question names a file, and may cut it up and put it together again: {"file", "pieces"?: [[start, end] or "base64" ...], "after"?, "key"?}.
The answer is the refusal or {"ok": true}, with the seconds of CPU that it took and the most memory (bytes) that was ever held.
"""
import base64, functools, json, pathlib, resource, sys, time
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


for line in sys.stdin:
    started = time.process_time()
    answer = judged(json.loads(line))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == 'darwin' else 1024)
    print(json.dumps({**answer, 'seconds': time.process_time() - started, 'peak': peak}), flush=True)
