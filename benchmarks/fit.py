"""Our fit, qsospec 0.1.1 and PyQSOFit on the same real spectra, side by side, one core each.

``python benchmarks/fit.py`` needs nothing but Python 3.11 and a package index: it makes an environment for each package
under a cache folder, hands the same pixels to a worker in each, and lets them take turns, ten spectra each.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import environments

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent
TURN = 10
"""Spectra that a worker fits one after another, as in a batch: each meets the same state of the machine, and not the
processor's caches as the other left them."""

REPEATS = 4
"""How often ours fits every spectrum again afterwards. Whoever shares a machine slows single fits by up to a half; the
least of several times is nearer to what the package itself needs, and is printed beside the times of the turns."""

SMOKE_EVERY = 40
"""Every how many spectra are taken by ``--smoke``."""


def main() -> None:
    options = arguments()
    options.cache.mkdir(parents=True, exist_ok=True)
    if options.python_ours:
        python_ours = options.python_ours
    elif options.smoke and environments.can_import(Path(sys.executable), "qsospec_duck"):
        python_ours = Path(sys.executable)
    else:
        python_ours = environments.ours(options.cache, CHECKOUT)
    with tempfile.TemporaryDirectory() as scratch:
        run = options.keep or Path(scratch)
        shutil.rmtree(run / "answers", ignore_errors=True)
        names = prepared(python_ours, options.data, run / "inputs", options.every)
        workers = {}
        templates: list[str] = []
        if not options.smoke:
            python_peer = environments.peer(options.cache)
            templates = peer_templates(python_peer)
            if not options.peer_results:
                workers["qsospec"] = Worker(python_peer, "fit_qsospec.py", run, "qsospec")
            python_other = options.pyqsofit_python or environments.pyqsofit(options.cache)
            if python_other and options.pyqsofit_parameters:
                parameters = [str(options.pyqsofit_parameters.resolve())]
                workers["pyqsofit"] = Worker(python_other, "fit_pyqsofit.py", run, "pyqsofit", parameters)
            else:
                missing = "its parameter file is not given" if python_other else "the package index has no PyQSOFit"
                print(f"PyQSOFit is left out: {missing}.")
        compiled = compile_seconds(python_ours, run)
        workers["ours"] = Worker(python_ours, "fit_ours.py", run, "ours", templates)
        take_turns(workers, names)
        repeat(workers["ours"], names)
        said = {fitter: worker.close() for fitter, worker in workers.items()}
        said["ours"]["compile_seconds"] = compiled
        if options.peer_results:
            shutil.copytree(options.peer_results / "qsospec", run / "qsospec", dirs_exist_ok=True)
            said["qsospec"] = json.loads((options.peer_results / "answers" / "qsospec.json").read_text())
            print("qsospec's results are of an earlier run: the ratio of CPU times is not of one state of the machine.")
        (run / "answers").mkdir(parents=True, exist_ok=True)
        for fitter, answer in said.items():
            (run / "answers" / f"{fitter}.json").write_text(json.dumps(answer))
        sys.stdout.flush()
        subprocess.run([python_ours, HERE / "compare.py", run], check=True, env=environments.worker_environment())


class Worker:
    """A process that fits spectra by name."""

    def __init__(self, python: Path, script: str, run: Path, fitter: str, further: list[str] | None = None) -> None:
        command = [str(python), str(HERE / script), str(run / "inputs"), str(run / fitter), *(further or [])]
        log = run / f"{fitter}.log"
        self._log = log.open("w", encoding="utf-8")
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True,
            env=own_environment(run),
        )  # fmt: skip
        self.answer: dict[str, Any] = self._read() | {"errors": {}, "cpu": {}, "peak_mb": 0.0, "first_fit": 0.0}

    def fit(self, name: str) -> None:
        """Have one spectrum fitted and note what the worker says."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{name}\n")
        self._process.stdin.flush()
        said = self._read()
        self.answer["peak_mb"] = said["peak_mb"]
        if "error" in said:
            self.answer["errors"][name] = said["error"]
        else:
            self.answer["first_fit"] = self.answer["first_fit"] or said["cpu"]
            self.answer["cpu"].setdefault(name, []).append(said["cpu"])

    def close(self) -> dict[str, Any]:
        """End the worker; everything that it said."""
        self._process.communicate("\n")
        self._log.close()
        return self.answer

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._log.flush()
            raise SystemExit(f"a worker ended early:\n{Path(self._log.name).read_text(encoding='utf-8')[-2000:]}")
        return json.loads(line)


def take_turns(workers: dict[str, Worker], names: list[str]) -> None:
    """Every spectrum through every worker; before that those of the least, middle and largest redshift once.

    With them templates, tables and compiled loops are loaded: no spectrum of the table pays for what is done once.
    """
    for worker in workers.values():
        for name in dict.fromkeys((names[0], names[len(names) // 2], names[-1])):
            worker.fit(name)
        worker.answer |= {"errors": {}, "cpu": {}}
    started = time.monotonic()
    for first in range(0, len(names), TURN):
        turn = names[first : first + TURN]
        for worker in workers.values():
            for name in turn:
                worker.fit(name)
        done = first + len(turn)
        left = (time.monotonic() - started) / done * (len(names) - done)
        print(f"{done} of {len(names)} spectra, about {left:.0f} s left", file=sys.stderr, flush=True)


def repeat(worker: Worker, names: list[str]) -> None:
    """Every spectrum some more times, one after another."""
    for _ in range(REPEATS):
        for name in names:
            worker.fit(name)


def own_environment(run: Path) -> dict[str, str]:
    """Variables of the workers of one run, which begin without compiled code."""
    return environments.worker_environment(NUMBA_CACHE_DIR=str(run / "numba"))


def compile_seconds(python: Path, run: Path) -> float:
    """CPU seconds of what the package does once on a machine before it fits: numba's cache is empty."""
    code = (
        "import time; from qsospec_duck.fitting.compiled import compile_fit; "
        "started = time.process_time(); assert compile_fit(); print(time.process_time() - started)"
    )
    environment = own_environment(run)
    done = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True, env=environment)
    return float(done.stdout)


def prepared(python: Path, data: Path, inputs: Path, every: int) -> list[str]:
    """Names of the spectra, their pixels written for all workers."""
    command = [python, HERE / "prepare.py", data, inputs, str(every)]
    environment = environments.worker_environment()
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.split()


def peer_templates(python: Path) -> list[str]:
    """UV and optical Fe II templates that the peer's wheel carries."""
    find = "import pathlib, qsospec; print(pathlib.Path(qsospec.__file__).parent / 'data' / 'iron')"
    environment = environments.worker_environment()
    folder = subprocess.run([python, "-c", find], check=True, capture_output=True, text=True, env=environment).stdout
    return [str(Path(folder.strip()) / name) for name in ("vw01_uv.txt", "park22_optical.txt")]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = os.environ.get("QSOSPEC_DUCK_TEST_DATA") or CHECKOUT.parent / "shared" / "data"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "qsospec_duck" / "benchmarks"
    parser.add_argument("--data", type=Path, default=Path(data), help="folder with OBJECTS.csv and its spectra")
    parser.add_argument("--cache", type=Path, default=cache, help="folder for the environments")
    parser.add_argument("--every", type=int, default=1, help="take every N-th spectrum in order of redshift")
    parser.add_argument("--smoke", action="store_true", help="few spectra, ours only, no environment made")
    parser.add_argument("--keep", type=Path, help="folder that keeps inputs, results and logs")
    parser.add_argument("--peer-results", type=Path, help="take the peer's results from a folder of --keep")
    parser.add_argument("--python-ours", type=Path, help="Python that imports qsospec_duck, instead of an own one")
    parser.add_argument("--pyqsofit-python", type=Path, help="Python that imports pyqsofit, instead of an own one")
    parser.add_argument("--pyqsofit-parameters", type=Path, help="qsopar.fits for PyQSOFit, as its examples make it")
    options = parser.parse_args()
    if options.smoke and options.every == 1:
        options.every = SMOKE_EVERY
    return options


if __name__ == "__main__":
    main()
