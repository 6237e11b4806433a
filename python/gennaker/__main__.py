"""``python -m gennaker SCRIPT.py [ARGS]``: runs a script written for py-spinnaker2 as it is.

``python -m gennaker export`` writes what a run recorded for other tools.
"""

import os
import sys

USAGE = """\
usage: python -m gennaker SCRIPT.py [ARGS...]
       python -m gennaker export RESULTS --to FORMAT OUT [--what KIND] [--population NAME[=OTHER]] [--force]
       python -m gennaker --help | --version

Runs a Python script written for py-spinnaker2 without a board and without changes: `import spinnaker2` in it means
gennaker. Everything else is as with `python SCRIPT.py [ARGS...]`.

`export` writes what a run recorded, from its result folder, for other tools: sonata, nwb, neo, parquet, feather, csv, npz.
The word always means the command; a script of that very name is `./export`.
"""


def main():
    """Reads the command line and runs what it names."""
    arguments = sys.argv[1:]
    if not arguments:
        sys.stderr.write(USAGE)
        sys.exit(2)
    if arguments[0] in ("-h", "--help"):
        sys.stdout.write(USAGE)
    elif arguments[0] in ("-V", "--version"):
        from gennaker import __version__

        print(f"gennaker {__version__}")
    elif arguments[0] == "export":
        from gennaker.interchange import _export

        sys.exit(_export.main(arguments[1:], "python -m gennaker export"))
    elif arguments[0].startswith("-") and not os.path.exists(arguments[0]):
        sys.stderr.write(f"gennaker: unknown option {arguments[0]}; options of the script come after its name\n{USAGE}")
        sys.exit(2)
    else:
        run_script(arguments)


def run_script(arguments):
    """Runs ``arguments[0]`` as ``__main__``, with ``arguments`` as its command line."""
    from gennaker import _alias

    path = os.path.abspath(arguments[0])
    try:
        with open(path, "rb") as file:
            source = file.read()
    except OSError as error:
        sys.stderr.write(f"gennaker: can't open file '{path}': [Errno {error.errno}] {error.strerror}\n")
        sys.exit(2)
    sys.argv = arguments
    if not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
        # Running with -m has put the current folder first; a script has its own there.
        sys.path[0] = os.path.dirname(os.path.realpath(path))
    _alias.install()
    _hide_own_frames(path)
    module = sys.modules["__main__"]
    for name in [name for name in vars(module) if name not in ("__name__", "__builtins__")]:
        delattr(module, name)
    vars(module).update(__file__=path, __doc__=None, __package__=None, __spec__=None, __loader__=None, __cached__=None)
    exec(compile(source, path, "exec", dont_inherit=True), vars(module))


def _hide_own_frames(path):
    """Tracebacks of uncaught errors begin with the script, as they would without us."""
    show = sys.excepthook

    def excepthook(kind, error, traceback):
        inner = traceback
        while inner is not None and inner.tb_frame.f_code.co_filename != path:
            inner = inner.tb_next
        show(kind, error.with_traceback(inner), inner)

    sys.excepthook = excepthook


if __name__ == "__main__":
    main()
