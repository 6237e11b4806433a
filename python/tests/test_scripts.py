"""``python -m gennaker`` runs scripts written for py-spinnaker2 as Python would run them."""

import signal
import subprocess
import sys

import pytest
from conftest import ROOT, SCRIPTS


@pytest.fixture
def gennaker(run_python, tmp_path):
    """Runs ``python -m gennaker`` in an empty folder."""

    def run(*arguments, **options):
        return run_python("-m", "gennaker", *arguments, **{"cwd": tmp_path, **options})

    return run


@pytest.fixture
def script(tmp_path):
    """Writes a script and returns its path."""

    def write(text, name="script.py"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def test_a_classic_script(gennaker):
    result = gennaker(SCRIPTS / "lif_classic.py")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("spikes ") and "(40,)" in result.stdout


@pytest.mark.parametrize("backend", ["chip", "board", "brian2"])
def test_a_classifier_with_options(gennaker, backend):
    result = gennaker(SCRIPTS / "classify.py", "--backend", backend)
    assert (result.returncode, result.stdout) == (0, f"3 of 3 correct with {backend}\n"), result.stderr


def test_a_script_with_a_module_beside_it(gennaker):
    result = gennaker(SCRIPTS / "ring.py")
    assert result.returncode == 0, result.stderr
    spikes = {int(line.split()[0]): eval(line.split(" ", 1)[1]) for line in result.stdout.splitlines()}
    assert spikes[0] == [1, 37] and spikes[1] == [4, 40] and spikes[11] == [34]


@pytest.mark.parametrize("name", ["single_neuron", "dnf", "synfire", "brunel", "vogels_abbott", "microcircuit"])
def test_the_examples(gennaker, name, tmp_path):
    result = gennaker(ROOT / "examples" / f"{name}.py")
    assert (result.returncode, result.stderr) == (0, "") and len(result.stdout.splitlines()) >= 3
    assert list(tmp_path.iterdir()) == [], "no file is written"


def test_the_examples_plot(gennaker, tmp_path):
    pytest.importorskip("matplotlib")
    for name in ("single_neuron", "dnf", "synfire", "brunel", "vogels_abbott", "microcircuit"):
        result = gennaker(ROOT / "examples" / f"{name}.py", "--plot", "picture.png")
        assert result.returncode == 0 and (tmp_path / "picture.png").stat().st_size > 5000, result.stderr
        (tmp_path / "picture.png").unlink()


def test_help_and_version(gennaker):
    assert "usage: python -m gennaker SCRIPT.py" in gennaker("--help").stdout
    assert gennaker("--version").stdout.startswith("gennaker 0.")
    nothing = gennaker()
    assert nothing.returncode == 2 and "usage" in nothing.stderr and nothing.stdout == ""
    assert gennaker("--fast", "x.py").returncode == 2


def test_a_missing_file(gennaker):
    result = gennaker("missing.py")
    assert result.returncode == 2 and "can't open file" in result.stderr and "Traceback" not in result.stderr


WHAT_A_SCRIPT_SEES = """\
import sys
print(__name__, __file__, __package__, __spec__, __doc__)
print(sys.argv, sys.path[0], sys.modules["__main__"].__dict__ is globals())
print(sorted(name for name in globals() if not name.startswith("__")))
"""


def test_scripts_see_what_python_shows_them(gennaker, run_python, script, tmp_path):
    path = script(WHAT_A_SCRIPT_SEES)
    ours, theirs = (
        gennaker("script.py", "-a", "--help", "b c"),
        run_python("script.py", "-a", "--help", "b c", cwd=tmp_path),
    )
    assert ours.stdout == theirs.stdout and str(path) in ours.stdout


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    1 / 0\nf()\n",
        "import sys\nsys.exit(7)\n",
        "import sys\nsys.exit('sorry')\n",
        "try:\n    {}['a']\nexcept KeyError as error:\n    raise ValueError('b') from error\n",
        "def f(:\n",
        "raise KeyboardInterrupt\n",
        "import does_not_exist\n",
        "exit()\n",
        "# -*- coding: latin-1 -*-\nprint('hi')\n",
    ],
)
def test_errors_and_exit_codes_are_python_s(gennaker, run_python, script, tmp_path, text):
    script(text)
    ours, theirs = gennaker("script.py"), run_python("script.py", cwd=tmp_path)
    assert (ours.returncode, ours.stdout, ours.stderr) == (theirs.returncode, theirs.stdout, theirs.stderr)


def test_errors_inside_gennaker_show_the_user_s_line(gennaker, script):
    script("from spinnaker2 import snn\nsnn.Population(0, 'lif', {})\n")
    result = gennaker("script.py")
    assert result.returncode == 1 and 'script.py", line 2' in result.stderr
    assert result.stderr.splitlines()[-1].startswith("ValueError: population") and "__main__.py" not in result.stderr


def test_classes_are_the_same_under_both_names(gennaker, script):
    script(
        "import spinnaker2, gennaker\nimport spinnaker2.snn.population as p\nfrom spinnaker2 import snn\nimport gennaker.snn\n"
        "assert spinnaker2 is gennaker and snn is gennaker.snn and p.Population is gennaker.snn.Population\n"
        "assert gennaker.snn.__spec__.name == gennaker.snn.__name__ == 'gennaker.snn'\n"
        "import pickle, copy\nassert type(copy.deepcopy(snn.Population(1, 'lif', {}))) is snn.Population\n"
    )
    result = gennaker("script.py")
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    "line", ["from spinnaker2 import s2_nir", "import spinnaker2.s2_nir", "from spinnaker2.s2_nir import from_nir"]
)
def test_nir_import_is_served(gennaker, script, line):
    same = "assert served is sys.modules['gennaker.s2_nir']"
    script(f"{line}\nimport sys\nfrom spinnaker2 import s2_nir as served\n{same}\n")
    result = gennaker("script.py")
    assert result.returncode == 0, result.stderr


def test_unknown_modules_say_who_serves_the_name(gennaker, script):
    script("import spinnaker2.mla\n")
    result = gennaker("script.py")
    assert "ModuleNotFoundError: No module named 'spinnaker2.mla': gennaker, which serves" in result.stderr


def test_the_name_is_served_only_under_our_command(run_python):
    result = run_python("-c", "import gennaker, sys\ntry:\n import spinnaker2\nexcept ImportError: print('absent')")
    assert result.stdout == "absent\n"


def test_notebooks_serve_the_name_themselves(run_python):
    code = "import gennaker\ngennaker.serve_spinnaker2()\nfrom spinnaker2 import snn\nprint(snn.__name__)"
    assert run_python("-c", code).stdout == "gennaker.snn\n"


LONG_RUN = """\
from spinnaker2 import hardware, snn
pop = snn.Population(2000, "poisson_process", {"p": 0.01, "Tref": 0}, record=["spikes"])
net = snn.Network()
net.add(pop)
try:
    print("running", flush=True)
    hardware.SpiNNcloud48NodeBoard().run(net, 2_000_000)
    print("finished")
except KeyboardInterrupt:
    spikes = pop.get_spikes()
    n_ticks = max(ticks[-1] for ticks in spikes.values())
    print("interrupted", len(spikes), 0 < n_ticks < 2_000_000, flush=True)
    raise
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_stops_a_run_and_keeps_what_was_recorded(script):
    path = script(LONG_RUN)
    process = subprocess.Popen(
        [sys.executable, "-m", "gennaker", str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "running\n"
    try:
        process.wait(timeout=1.0)
    except subprocess.TimeoutExpired:
        pass
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert out == "interrupted 2000 True\n" and "KeyboardInterrupt" in err
    assert process.returncode == -signal.SIGINT
