"""An emulated AWS on loopback: moto's server, and what it lacks of what a release depends on.

python3 emulator --port 5000 [--time-scale 60] [--target-health auto|probed] [--balancer-address 127.0.0.2] [--supervised]

docs/emulator.md lists how it differs from AWS. With --supervised it never outlives the program that started it.
"""
import argparse
import logging
import os
import signal
import threading
import time

# Before moto is imported: an ACM certificate is issued this many seconds after its request.
os.environ.setdefault("MOTO_ACM_VALIDATION_WAIT", "1")
# Roles attach the policies that AWS keeps.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")

import clock  # noqa: E402
import server  # noqa: E402


def end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


def main() -> None:
    parser = argparse.ArgumentParser(prog="emulator", description="An emulated AWS on loopback")
    parser.add_argument("-H", "--host", default="127.0.0.1")
    parser.add_argument("-p", "--port", type=int, default=5000)
    parser.add_argument("--time-scale", type=float, default=1.0, help="how much faster than AWS its waits pass")
    parser.add_argument("--target-health", choices=["auto", "probed"], default="auto", help="auto: a registered target is healthy")
    parser.add_argument("--balancer-address", help="what every load balancer says is its DNS name: where a real one listens")
    parser.add_argument("--supervised", action="store_true", help="end with the program that started this one")
    options = parser.parse_args()

    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, lambda *_: os._exit(0))
    if options.supervised:
        # Ctrl+C is for the program that started this one; it may still have calls to make before it ends.
        os.setpgrp()
        threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()

    # One line a request would drown the rehearsal's own output; GET /moto-api/vectordb/calls has them all.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    clock.scale = options.time_scale
    server.run(options.host, options.port, options.target_health, options.balancer_address)


main()
