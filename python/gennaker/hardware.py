"""Machines that a network runs on: one chip, or a board with 48."""

import logging

from gennaker import mapper
from gennaker._counting import Counting, assumptions, checked_tick, of_cores
from gennaker._report import recorded
from gennaker._run import simulate
from gennaker.snn import _convert

_log = logging.getLogger("gennaker")


class _Hardware:
    """What chip and board have in common."""

    _machine: str
    _board_type: int

    def __init__(self, eth_ip, stm_ip, experiment_backend_type):
        self.eth_ip = eth_ip
        self.stm_ip = stm_ip
        self.experiment_backend_type = experiment_backend_type
        self.experiment_backend = _Backend(self._board_type, eth_ip, stm_ip)
        #: Where the last network was laid: a ``gennaker.Mapping``.
        self.mapping = None
        #: What the last run did, as a dictionary.
        self.report = None
        self._counting = None
        self._last = None

    @property
    def result(self):
        """What the last run recorded, as a :class:`gennaker.Result`: for pictures and exports. Not in the original."""
        from gennaker import _sources

        return _sources.of_hardware(self)

    @property
    def energy(self):
        """Energy of the last run in J: of everything that is switched on, from the first tick to the end of the last."""
        return self._counted("energy").account["total_j"]

    @property
    def account(self):
        """What the last run would take on the hardware, as a :class:`gennaker.Account`: time, traffic, clocks, energy."""
        return self._counted("account").account

    @property
    def power(self):
        """Times in s at which ticks began, and mean power in W in each: two arrays. Nothing is written to a file."""
        power = self._counted("power").power
        if power is None:
            raise RuntimeError("hw.power: the power of every tick was not recorded; run with record_power=True")
        return power

    def _report_parts(self):
        """What :func:`gennaker.report` needs of the last run."""
        if self._last is None:
            return {}
        network, net, tick_s, account = self._last
        return {
            "network": network,
            "recordings": recorded([population._recorded for population in net.populations]),
            "timesteps": net._ticks_run,
            "tick_ms": tick_s * 1e3,
            "numeric": "chip",
            "run": self.report,
            "mapping": self.mapping,
            "account": account,
        }

    def _counted(self, name):
        if self._counting is None or self._counting.account is None:
            raise RuntimeError(f"hw.{name}: nothing was measured yet; run with record_power=True")
        return self._counting

    def run(
        self,
        net,
        timesteps,
        sys_tick_in_s=1.0e-3,
        debug=True,
        mapping_only=False,
        reset_board=True,
        make_clean=False,
        experiment_backend_settings=None,
        measure_power=False,
        record_power=False,
        live_power=False,
        account=None,
    ):
        """Maps ``net`` and runs it for ``timesteps`` ticks; the results are in its populations.

        ``mapping_only`` maps and does not run. ``sys_tick_in_s`` is the real duration of a tick on the hardware: it changes no
        spike, but time and energy. With ``record_power``, ``measure_power`` or ``live_power``, which mean the same, and if a
        population records ``time_done``, ``n_packets`` or ``performance_level``, the run is counted: ``energy``, ``account`` and
        ``power`` are there afterwards, and nothing is written to a file. ``account`` (not in the original) replaces
        assumptions by name: ``{"level": "auto:30", "energy.router_packet_pj": 80}``; a population's own
        (``"level_of.NAME"``) are taken before those of its application class, and these before ``"level"``.

        The other options are those of the real machine and are accepted.
        """
        ignored = {
            "debug": debug,
            "reset_board": reset_board,
            "make_clean": make_clean,
            "experiment_backend_settings": experiment_backend_settings,
        }
        _log.debug("options without effect here: %s", ignored)
        timesteps = _convert.whole_number("timesteps", timesteps, 0)
        tick_s = checked_tick(sys_tick_in_s)
        self._counting = self._last = None
        network, records = _convert.built(net)
        self.mapping = mapper.lay_out(network, self._machine, timesteps)
        net.reset()
        power = bool(measure_power or record_power or live_power)
        if power or account is not None or any(map(of_cores, net.populations)):
            self._counting = Counting(net, network, self.mapping, tick_s, power, account)
        if not mapping_only:
            self.report = simulate(net, network, records, timesteps, "chip", self._counting, tick_s * 1e3)
            self._last = (network, net, tick_s, assumptions(net, network, account))


class SpiNNaker2Chip(_Hardware):
    """One chip. The address is accepted and not used."""

    _machine = "chip"
    _board_type = 201

    def __init__(self, eth_ip=None, experiment_backend_type=None):
        super().__init__(eth_ip, None, experiment_backend_type)


class SpiNNcloud48NodeBoard(_Hardware):
    """A board with 48 chips. The addresses are accepted and not used."""

    _machine = "board"
    _board_type = 248

    def __init__(self, stm_ip=None, eth_ip=None, experiment_backend_type=None):
        super().__init__(eth_ip, stm_ip, experiment_backend_type)


class _Backend:
    """What scripts look up about the connection to a board."""

    def __init__(self, board_type, eth_ip, stm_ip):
        self.board_type = board_type
        self.eth_ip = eth_ip
        self.stm_ip = stm_ip
