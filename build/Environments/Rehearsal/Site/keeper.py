"""Runs a program that never outlives the one that started it, however that one ends.

python3 keeper.py LOCK PROGRAM [ARGUMENT...]

SIGTERM to this keeper, or the end of its parent, interrupts the program, and kills what has not ended a moment later.
A shared lock on the file LOCK tells how long there is something left of it.
"""
import fcntl
import os
import select
import signal
import subprocess
import sys

_PATIENCE_MILLISECONDS = 3000


def main() -> int:
    parent = os.pidfd_open(os.getppid())
    # Out of the terminal's reach: Ctrl+C is for the run, which says when its parts may end.
    if os.getsid(0) != os.getpid():
        os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM):
        # A shell starts what runs in its background with these ignored, and that would be inherited.
        signal.signal(number, signal.SIG_DFL)
    lock = open(sys.argv[1], "a")
    fcntl.flock(lock, fcntl.LOCK_SH)
    told, tell = os.pipe()
    program = subprocess.Popen(sys.argv[2:], start_new_session=True)
    signal.signal(signal.SIGTERM, lambda *_: os.write(tell, b"."))

    ended = os.pidfd_open(program.pid)
    waiting = select.poll()
    for descriptor in (parent, told, ended):
        waiting.register(descriptor, select.POLLIN)
    if ended not in [descriptor for descriptor, _ in waiting.poll()]:
        program.send_signal(signal.SIGINT)
        patience = select.poll()
        patience.register(ended, select.POLLIN)
        patience.poll(_PATIENCE_MILLISECONDS)
    try:
        os.killpg(program.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    return program.wait()


sys.exit(main())
