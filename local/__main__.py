"""The local stack's command line: `python -m local demo|up|run|break|fix|faults`.

Development only.
"""

import argparse
import signal
import sys
from collections.abc import Sequence

from rich.console import Console

from local import demo, up
from local.control import CommandError, send
from local.postgres.faults import FAULTS
from local.trials import command as trials
from local.trials.slow import command as slow
from sandbox.postgres.binaries import BinariesNotFoundError


def main(arguments: Sequence[str]) -> int:
    """Run one command; 0 if all went well, 1 if not, 2 for wrong usage, 130 if interrupted.

    Whatever interrupts it, the servers it started end with it.
    """
    options = _parser().parse_args(arguments)
    console = Console()
    for end in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(end, signal.default_int_handler)
    try:
        match options.command:
            case "demo":
                demo.run(console)
            case "up":
                up.run(console)
            case "faults" if options.slow:
                return 0 if slow.run(console, trials.at_hand(options.versions)[0]) else 1
            case "faults":
                return 0 if trials.run(console, options.versions, options.only) else 1
            case _:
                sys.stdout.write(send(options.command, options.argument) + "\n")
    except (CommandError, demo.UnexpectedError, BinariesNotFoundError) as error:
        Console(stderr=True).print(f"[red]✘[/] {error}", markup=True, highlight=False)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help="the main job from start to finish, then stop")
    commands.add_parser("up", help="start the stack and keep it up until Ctrl-C")
    run = commands.add_parser("run", help="start an execution on the running stack")
    run.add_argument("argument", nargs="?", default="{}", metavar="INPUT", help="JSON")
    for name in ("break", "fix"):
        command = commands.add_parser(name, help=f"{name} replication on the running stack")
        command.add_argument("argument", choices=FAULTS, metavar="FAULT", help=", ".join(FAULTS))
    faults = commands.add_parser("faults", help="every fault and healthy set-up, end to end")
    faults.add_argument("--versions", nargs="+", default=(), choices=trials.VERSIONS, metavar="PG")
    faults.add_argument("--only", nargs="+", default=(), choices=trials.CATALOGUE, metavar="NAME")
    faults.add_argument(
        "--slow",
        action="store_true",
        help="instead, failures that come some seconds after each start of a worker, watched by "
        "monitors that run every 10 and every 60 s: about a quarter of an hour for each version",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
